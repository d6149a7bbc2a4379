import { KIB, MIB } from './byte-units.ts';
import { integer, type Setting } from './setting.ts';

/** Bounds of the append queue and of what is kept in memory. */
export const STORAGE_SETTINGS = {
  appendQueueLength: integer({
    env: 'BANYAN_APPEND_QUEUE_LENGTH',
    default: 50_000,
    min: 1,
    max: 10_000_000,
    doc: 'Maximum publications that wait to be written to disk. Beyond it publishers get a temporary error.',
  }),
  appendQueueBytes: integer({
    env: 'BANYAN_APPEND_QUEUE_BYTES',
    default: 64 * MIB,
    min: KIB,
    max: 8_192 * MIB,
    doc: 'The same limit in bytes.',
  }),
  memoryHistoryBytes: integer({
    env: 'BANYAN_MEMORY_HISTORY_BYTES',
    default: 256 * MIB,
    min: MIB,
    max: 1_048_576 * MIB,
    doc: 'Memory for the history of channels with `history: memory`. When it is full, the channel with the oldest last publication loses its history.',
  }),
  mapBytes: integer({
    env: 'BANYAN_MAP_BYTES',
    default: 128 * MIB,
    min: MIB,
    max: 1_048_576 * MIB,
    doc: 'Memory for the entries of maps. When it is full, new entries are refused.',
  }),
} as const satisfies Record<string, Setting>;
