import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { Blobs } from '../../src/ports/blobs.ts';

export type BlobsUnderTest = { readonly blobs: Blobs; close(): Promise<void> };

const bytes = (text: string) => new TextEncoder().encode(text);

/** The conformance suite of the Blobs port. */
export function blobsConformance(name: string, open: () => Promise<BlobsUnderTest>): void {
  describe(`Blobs: ${name}`, () => {
    let opened: BlobsUnderTest;
    let blobs: Blobs;

    beforeEach(async () => {
      opened = await open();
      blobs = opened.blobs;
    });
    afterEach(() => opened.close());

    test('get returns what was put, byte for byte, also under a name with folders', async () => {
      const all = new Uint8Array(256).map((_, index) => index);
      await blobs.put('avatars/a-1.webp', all);
      await blobs.put('b', new Uint8Array());
      expect(await blobs.get('avatars/a-1.webp')).toEqual(all);
      expect(await blobs.get('b')).toEqual(new Uint8Array());
    });

    test('a missing name returns undefined, also a folder', async () => {
      await blobs.put('avatars/a', bytes('x'));
      expect(await blobs.get('none')).toBeUndefined();
      expect(await blobs.get('avatars/none')).toBeUndefined();
      expect(await blobs.get('avatars')).toBeUndefined();
      expect(await blobs.get('avatars/a/b')).toBeUndefined();
    });

    test('a second put replaces the first', async () => {
      await blobs.put('a', bytes('a long first text'));
      await blobs.put('a', bytes('second'));
      expect(await blobs.get('a')).toEqual(bytes('second'));
    });

    test('concurrent puts of one name leave one of them complete', async () => {
      const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(50_000));
      await Promise.all(texts.map((text) => blobs.put('a', bytes(text))));
      expect(texts).toContain(new TextDecoder().decode(await blobs.get('a')));
    });

    test('remove deletes it, and removing again is not an error', async () => {
      await blobs.put('avatars/a', bytes('x'));
      await blobs.remove('avatars');
      await blobs.remove('avatars/a/b');
      expect(await blobs.get('avatars/a')).toEqual(bytes('x'));
      await blobs.remove('avatars/a');
      await blobs.remove('avatars/a');
      expect(await blobs.get('avatars/a')).toBeUndefined();
    });

    test("changing the caller's buffer later changes nothing", async () => {
      const mine = bytes('kept');
      await blobs.put('a', mine);
      mine.fill(0);
      const got = await blobs.get('a');
      got?.fill(0);
      expect(await blobs.get('a')).toEqual(bytes('kept'));
    });

    const WRONG = [
      '',
      '/',
      '/etc/passwd',
      '../a',
      'a/../b',
      'a/..',
      '.',
      '.incoming/a',
      'a//b',
      'a/',
      'a\\b',
      'a b',
      'a\0b',
      'ä',
      'x'.repeat(201),
    ];
    for (const wrong of WRONG) {
      test(`the name ${JSON.stringify(wrong).slice(0, 30)} is refused`, async () => {
        await expect(blobs.put(wrong, bytes('x'))).rejects.toBeInstanceOf(TypeError);
        await expect(blobs.get(wrong)).rejects.toBeInstanceOf(TypeError);
        await expect(blobs.remove(wrong)).rejects.toBeInstanceOf(TypeError);
      });
    }
  });
}
