import type { ReadOptions } from './store.js';

/** `FOR NO KEY UPDATE`: blocks other writers of the row, but not the insertion of rows that refer to it. */
export function lockMode(options: ReadOptions | undefined) {
  return options?.lock ? { lock: { mode: 'for_no_key_update' as const } } : {};
}
