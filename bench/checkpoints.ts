/**
 * How long does a checkpoint block the writer: when it does all of it (4,000 frames), and when another thread has done
 * all but 100? On one thread and one connection, so that only the disk counts. `bun bench/checkpoints.ts [rounds]`.
 */
import { Database } from 'bun:sqlite';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const rounds = Number(process.argv[2] ?? 20);
const [ALL, FEW] = [4_000, 100];
const folder = mkdtempSync(join(tmpdir(), 'banyan-checkpoints-'));
const db = new Database(join(folder, 'a.db'), { create: true });
for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'wal_autocheckpoint = 0']) db.run(`PRAGMA ${pragma}`);
db.run('CREATE TABLE a (b TEXT)');
const insert = db.prepare('INSERT INTO a VALUES (?)');
const text = 'x'.repeat(3_900);

/** Commits about this many frames, twenty per transaction. */
function write(frames: number): void {
  for (let count = 0; count < frames; count += 20) {
    db.run('BEGIN IMMEDIATE');
    for (let index = 0; index < 19; index += 1) insert.run(text);
    db.run('COMMIT');
  }
}

function checkpoint(): number {
  const start = performance.now();
  db.run('PRAGMA wal_checkpoint(PASSIVE)');
  return performance.now() - start;
}

const whole: number[] = [];
const rest: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  write(ALL);
  whole.push(checkpoint());
  write(ALL);
  checkpoint();
  write(FEW);
  rest.push(checkpoint());
}
db.close();
rmSync(folder, { recursive: true });

const sorted = (times: number[]) => times.sort((one, other) => one - other);
const shown = (times: number[]) =>
  [0.5, 0.9, 1].map((part) => sorted(times)[Math.ceil(times.length * part) - 1]?.toFixed(1)).join(' / ');
console.log(`ms that the writer is held up, median / 90 % / most, of ${rounds} rounds`);
console.log(`all ${ALL} frames: ${shown(whole)}`);
console.log(`the last ${FEW}:    ${shown(rest)}`);
