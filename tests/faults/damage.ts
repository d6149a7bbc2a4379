import { closeSync, existsSync, ftruncateSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import type { Random } from '../simulation/random.ts';

/** The sector size of disks. */
const SECTOR = 512;

export type Damage =
  | { readonly kind: 'removed' }
  | { readonly kind: 'emptied' }
  | { readonly kind: 'cut'; readonly to: number }
  | { readonly kind: 'zeroed' | 'random'; readonly at: number; readonly bytes: number };

/** Damages the file; returns false if there is nothing to damage. */
export function damageFile(path: string, damage: Damage, random: Random): boolean {
  if (!existsSync(path)) return false;
  if (damage.kind === 'removed') {
    rmSync(path);
    return true;
  }
  const descriptor = openSync(path, 'r+');
  try {
    switch (damage.kind) {
      case 'emptied':
        ftruncateSync(descriptor, 0);
        break;
      case 'cut':
        ftruncateSync(descriptor, damage.to);
        break;
      case 'zeroed':
        writeSync(descriptor, Buffer.alloc(damage.bytes), 0, damage.bytes, damage.at);
        break;
      case 'random': {
        const noise = Buffer.from(Array.from({ length: damage.bytes }, () => random.between(0, 255)));
        writeSync(descriptor, noise, 0, damage.bytes, damage.at);
        break;
      }
      default:
        damage satisfies never;
    }
    return true;
  } finally {
    closeSync(descriptor);
  }
}

/** Random damage of whole sectors that fits the size of the file. */
export function someDamage(path: string, random: Random): Damage {
  const sectors = Math.ceil((existsSync(path) ? statSync(path).size : 0) / SECTOR);
  if (sectors < 1 || random.chance(0.1)) return { kind: random.pick(['removed', 'emptied'] as const) };
  const at = random.between(0, sectors - 1);
  if (random.chance(0.25)) return { kind: 'cut', to: at * SECTOR };
  const bytes = SECTOR * random.between(1, Math.min(128, sectors - at));
  return { kind: random.pick(['zeroed', 'random'] as const), at: at * SECTOR, bytes };
}
