import { Session } from 'node:inspector/promises';

/**
 * Returns to the system what starting has left behind. Loading modules and building schemas fills the young generation, and
 * V8 does not shrink it in a process that then has nothing to do. It grows again under load. Unlike `gc()`, this collection
 * also gives empty pages back.
 */
export async function trimMemory(): Promise<void> {
  const session = new Session();
  session.connect();
  try {
    await session.post('HeapProfiler.collectGarbage');
  } finally {
    // Not in the callback of `post`: disconnecting while the answer is dispatched freezes the process (Node.js 20.20.2).
    session.disconnect();
  }
}
