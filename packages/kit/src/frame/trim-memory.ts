import { Session } from 'node:inspector';

/**
 * Returns to the system what starting has left behind. Loading modules and building schemas fills the young generation, and
 * V8 does not shrink it in a process that then has nothing to do. It grows again under load. Unlike `gc()`, this collection
 * also gives empty pages back.
 */
export function trimMemory(): void {
  const session = new Session();
  session.connect();
  session.post('HeapProfiler.collectGarbage', () => session.disconnect());
}
