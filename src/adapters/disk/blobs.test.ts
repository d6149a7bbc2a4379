import { expect, test } from 'bun:test';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blobsConformance } from '../../../tests/conformance/blobs.ts';
import { DiskBlobs } from './blobs.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'banyan-blobs-'));

blobsConformance('disk', async () => {
  const folder = newFolder();
  const close = async () => rmSync(folder, { recursive: true });
  return { blobs: new DiskBlobs(join(folder, 'files')), close };
});

test('no partial file remains, neither after a put nor after a crash', async () => {
  const folder = newFolder();
  const blobs = new DiskBlobs(folder);
  await blobs.put('a', new Uint8Array(10));
  expect(readdirSync(join(folder, '.incoming'))).toEqual([]);
  writeFileSync(join(folder, '.incoming', 'left by a crash'), 'half');
  const next = new DiskBlobs(folder);
  await Promise.all(['b', 'c', 'd'].map((name) => next.put(name, new Uint8Array(10))));
  expect(readdirSync(join(folder, '.incoming'))).toEqual([]);
  expect(await next.get('c')).toHaveLength(10);
  rmSync(folder, { recursive: true });
});

test('a failed put keeps the old file, and leaves no temporary one', async () => {
  const folder = newFolder();
  const blobs = new DiskBlobs(folder);
  mkdirSync(join(folder, 'taken', 'by-a-folder'), { recursive: true });
  await expect(blobs.put('taken', new Uint8Array(10))).rejects.toThrow();
  expect(existsSync(join(folder, 'taken', 'by-a-folder'))).toBe(true);
  expect(readdirSync(join(folder, '.incoming'))).toEqual([]);
  rmSync(folder, { recursive: true });
});

test('a failed first put does not break later ones', async () => {
  const parent = newFolder();
  const folder = join(parent, 'files');
  writeFileSync(folder, 'a file stands where the folder should');
  const blobs = new DiskBlobs(folder);
  await expect(blobs.put('a', new Uint8Array(10))).rejects.toThrow();
  rmSync(folder);
  await blobs.put('a', new Uint8Array(10));
  expect(await blobs.get('a')).toHaveLength(10);
  rmSync(parent, { recursive: true });
});
