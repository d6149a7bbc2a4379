import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Me } from '../../src/contracts/accounts/contract.ts';
import { ClientError } from '../../src/core/errors.ts';
import { type Browser, Installation } from './installation.ts';

const UPLOAD = '/api/v1/accounts.avatar';
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

let installation: Installation;
let owner: Browser;
let member: Browser;

beforeAll(async () => {
  installation = new Installation();
  owner = await installation.owner();
  member = await installation.member(owner, 'pictured');
});
afterAll(() => installation.close());

async function upload(body: Uint8Array | ReadableStream, browser = member): Promise<Me> {
  const response = await browser.route(UPLOAD, { method: 'POST', body });
  return (await response?.json()) as Me;
}

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    return `answered ${JSON.stringify(await work)}`;
  } catch (error) {
    if (error instanceof ClientError) return `${error.status} ${error.message}`;
    throw error;
  }
}

async function bytesOf(response: Response | undefined): Promise<Buffer> {
  if (response === undefined) throw new Error('not a route of accounts');
  return Buffer.from(await response.arrayBuffer());
}

/** An endless byte stream, and how many bytes were read from it. */
function endless() {
  let taken = 0;
  const stream = new ReadableStream({
    pull: (controller) => {
      taken += 65_536;
      controller.enqueue(new Uint8Array(65_536));
    },
  });
  return { stream, taken: () => taken };
}

describe('avatars', () => {
  test('a picture is re-encoded, shown to signed-in people, and cached by browsers for good', async () => {
    const { avatar } = await upload(PIXEL);
    expect(avatar).toMatch(/^[a-z2-9]{20}\.webp$/);
    const response = await owner.route(`/files/avatars/${avatar}`);
    expect(response?.status).toBe(200);
    expect(Object.fromEntries(response?.headers ?? [])).toEqual({
      'content-type': 'image/webp',
      'cache-control': 'private, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'same-origin',
    });
    const bytes = await bytesOf(response);
    expect(bytes.subarray(0, 4).toString()).toBe('RIFF');
    expect(bytes.subarray(8, 12).toString()).toBe('WEBP');
  });

  test('a new picture replaces the old one, and the old file is deleted', async () => {
    const first = (await upload(PIXEL)).avatar;
    const second = (await upload(PIXEL)).avatar;
    expect(second).not.toBe(first);
    expect(await refusal(member.route(`/files/avatars/${first}`) as Promise<unknown>)).toStartWith('404');
    expect(await member.call('accounts.removeAvatar')).toMatchObject({ avatar: null });
    expect(await refusal(member.route(`/files/avatars/${second}`) as Promise<unknown>)).toStartWith('404');
  });

  test('DA10 concurrent uploads leave one file, that of the last one', async () => {
    await member.call('accounts.removeAvatar');
    const before = installation.blobs.size;
    await Promise.all([...Array.from({ length: 5 }, () => upload(PIXEL)), member.call('accounts.removeAvatar')]);
    const { avatar } = await member.me();
    expect(installation.blobs.size).toBe(before + (avatar === null ? 0 : 1));
    await member.call('accounts.removeAvatar');
    expect(installation.blobs.size).toBe(before);
  });

  test('a file that is not a picture is refused by its content, with a reason, and nothing is stored', async () => {
    const before = (await upload(PIXEL)).avatar;
    const hostile = {
      svg: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
      html: Buffer.from('<!doctype html><script>alert(1)</script>'),
      nothing: Buffer.alloc(0),
      truncated: PIXEL.subarray(0, 12),
      'html behind a PNG mark': Buffer.from('\x89PNG\r\n\x1a\n<script>alert(1)</script>', 'latin1'),
    };
    for (const bytes of Object.values(hostile)) expect(await refusal(upload(bytes))).toStartWith('400 the picture ');
    expect((await member.me()).avatar).toBe(before);
  });

  test('a file with an appended script keeps only its pixels', async () => {
    const { avatar } = await upload(Buffer.concat([PIXEL, Buffer.from('<script>alert(1)</script>')]));
    const response = await member.route(`/files/avatars/${avatar}`);
    expect((await bytesOf(response)).includes('<script>')).toBe(false);
  });

  test('more than 5 MB is refused as soon as it is read, whatever Content-Length says', async () => {
    const { stream, taken } = endless();
    expect(await refusal(upload(stream))).toStartWith('413');
    expect(taken()).toBeLessThan(6 * 1024 * 1024);
    expect(await refusal(upload(new Uint8Array(5 * 1024 * 1024 + 1)))).toStartWith('413');
  });

  test('PE1 unauthenticated requests can neither upload nor view pictures', async () => {
    const stranger = installation.browser();
    const { avatar } = await upload(PIXEL);
    expect(await refusal(upload(PIXEL, stranger))).toStartWith('401');
    expect(await refusal(stranger.route(`/files/avatars/${avatar}`) as Promise<unknown>)).toStartWith('401');
  });

  test('unknown picture names are answered 404, and other paths are left to other handlers', async () => {
    for (const name of ['', '..%2f..%2fbanyan.db', '../banyan.db', 'a.webp', 'x'.repeat(5_000)]) {
      const answered = await refusal((async () => (await member.route(`/files/avatars/${name}`))?.status)());
      expect(['404 not found', 'answered undefined']).toContain(answered);
    }
    expect(await member.route('/files/other/x')).toBeUndefined();
    expect(await member.route(UPLOAD)).toBeUndefined();
    expect(await member.route('/files/avatars/x.webp', { method: 'DELETE' })).toBeUndefined();
  });

  test.each(['disabled', 'signed out'])('PE3 a person who is %s during the upload changes nothing', async (how) => {
    const slow = await installation.member(owner, `slow-${how.slice(0, 6)}`);
    const { id, device } = await slow.me();
    let parts = 0;
    const body = new ReadableStream({
      pull: async (controller) => {
        parts += 1;
        if (parts === 1) return controller.enqueue(PIXEL.subarray(0, -1));
        if (how === 'disabled') await owner.call('accounts.setDisabled', { user: id, disabled: true });
        else await slow.call('accounts.signOutDevice', { device });
        controller.enqueue(PIXEL.subarray(-1));
        controller.close();
      },
    });
    const before = installation.blobs.size;
    expect(await refusal(upload(body, slow))).toStartWith('401');
    const { profiles } = await owner.call<{ profiles: unknown[] }>('accounts.profiles', { users: [id] });
    expect(profiles).toMatchObject([{ avatar: null }]);
    expect(installation.blobs.size).toBe(before);
  });

  test('AU2 uploads per person are rate limited', async () => {
    const eager = await installation.member(owner, 'eager');
    for (let round = 0; round < 30; round += 1) await upload(PIXEL, eager);
    expect(await refusal(upload(PIXEL, eager))).toStartWith('429');
  });
});
