import { startStack, type Stack, type StackOptions } from '@cartograph/embedded/stack';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGraphClient, type GraphClient } from './graph-client.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

export interface TestStack extends Stack {
  /** A client of the gateway, as nobody. */
  readonly graph: GraphClient;
  /** Ends all and deletes the data. */
  stop(): Promise<void>;
}

export type TestStackOptions = Partial<
  Pick<StackOptions, 'services' | 'env' | 'serviceEnv' | 'restartCrashed' | 'onEvent'>
>;

/**
 * Starts the shop as `npm start` does, from dist/, on free ports and in a temporary folder, with the sample shop
 * in it. Nothing of the developer's own environment reaches it but where programs are found.
 */
export async function startTestStack(options: TestStackOptions = {}): Promise<TestStack> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cartograph-test-'));
  const discard = () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });
  try {
    const stack = await startStack({
      ...options,
      root,
      dataDir,
      binDir: join(root, '.data', 'bin'),
      env: { PATH: process.env['PATH'], LOG_LEVEL: 'info', SAMPLE_DATA: 'true', ...options.env },
    });
    return {
      ...stack,
      get graph() {
        return createGraphClient(`${stack.url('gateway')}/graphql`);
      },
      async stop() {
        await stack.stop();
        discard();
      },
    };
  } catch (error) {
    discard();
    throw error;
  }
}
