import type { ReadOptions } from './store.js';

/** `FOR NO KEY UPDATE`: keeps other writers out, but not rows that only refer to the locked one. */
export function lockMode(options: ReadOptions | undefined) {
  return options?.lock ? { lock: { mode: 'for_no_key_update' as const } } : {};
}
