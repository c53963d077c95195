import { readFile } from 'node:fs/promises';
import { unwatchFile, watchFile } from 'node:fs';

export interface SupergraphWatcher {
  close(): void;
}

export interface SupergraphListener {
  /** Takes a new text; rejects to refuse it, with the reason. */
  load(sdl: string): Promise<void>;
  loaded(): void;
  refused(reason: string): void;
}

/**
 * Serves a supergraph file for as long as the process lives: loads it, and loads it again whenever it changes.
 * A text that cannot be served is refused with the reason, and what was served before stays. Polled by name, not
 * watched by inode, as editors, `mv` and Kubernetes ConfigMaps all replace the file rather than write into it.
 * @param intervalMs how often to look
 */
export async function watchSupergraph(
  path: string,
  intervalMs: number,
  listener: SupergraphListener,
): Promise<SupergraphWatcher> {
  let current: string | undefined;
  const reload = async (): Promise<void> => {
    try {
      const sdl = await readFile(path, 'utf8');
      if (sdl === current) return;
      // A writer that truncates first shows an empty file for a moment.
      if (sdl.trim() === '') throw new Error('The file is empty.');
      current = sdl;
      await listener.load(sdl);
      listener.loaded();
    } catch (error) {
      listener.refused(explain(error, path));
    }
  };
  await reload();
  let busy = Promise.resolve();
  watchFile(path, { interval: intervalMs }, () => {
    busy = busy.then(reload);
  });
  return { close: () => unwatchFile(path) };
}

function explain(error: unknown, path: string): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return `There is no file at ${path}.`;
  const causes = (error as { causes?: readonly Error[] }).causes;
  if (causes && causes.length > 0) return causes.map(({ message }) => message).join('\n');
  return error instanceof Error ? error.message : String(error);
}
