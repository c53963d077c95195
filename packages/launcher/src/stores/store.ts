import { findFreePort, type ManagedProcess, manageProcess, type ProcessSpec } from '@cartograph/processes';

/** A store that runs here, or one that runs elsewhere (then `process` is absent). */
export interface Store {
  readonly process: ManagedProcess | undefined;
  /** Ends the store if it is ours. Data in its folder stays. */
  close(): Promise<void>;
}

export interface StoreOptions {
  /** Where data lives across starts; without it, the data is deleted when the store closes. */
  readonly dataDir?: string;
  /** A loopback port; without it a free one is found. */
  readonly port?: number;
  readonly logFile?: string;
}

/**
 * Starts a store on the wanted port, or on a free one. Between finding a port and listening on it another
 * program may take it, so a found port gets a few tries.
 */
export async function startOnPort(
  wanted: number | undefined,
  specFor: (port: number) => ProcessSpec,
): Promise<{ process: ManagedProcess; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = wanted ?? (await findFreePort());
    const managed = manageProcess(specFor(port));
    try {
      await managed.start();
      return { process: managed, port };
    } catch (error) {
      const portTaken = /address already in use|in use/i.test(managed.logs());
      if (wanted !== undefined || !portTaken || attempt === 5) throw error;
    }
  }
}
