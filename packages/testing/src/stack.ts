import { startStack, type Stack, type StackOptions } from '@cartograph/launcher/stack';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGraphClient, type GraphClient } from './graph-client.js';
import { startTestRabbitMq } from './rabbitmq.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

export interface TestStack extends Stack {
  /** An anonymous client of the gateway. */
  readonly graph: GraphClient;
  /** Ends all and deletes the data. */
  stop(): Promise<void>;
}

/** What carries the events of a shop. */
export const TEST_BUSES = ['redis', 'rabbitmq'] as const;
export type TestBus = (typeof TEST_BUSES)[number];

export interface TestStackOptions extends Partial<
  Pick<StackOptions, 'services' | 'env' | 'serviceEnv' | 'restartCrashed' | 'onEvent'>
> {
  /** Default: Redis Streams. A RabbitMQ starts and ends with the shop; `kill` and `start` know it as `rabbitmq`. */
  readonly bus?: TestBus;
}

/**
 * Starts the shop as `npm start` does, from dist/, on free ports and in a temporary folder, with the sample shop
 * in it. Nothing of the developer's own environment reaches it but where programs are found.
 */
export async function startTestStack({ bus, ...options }: TestStackOptions = {}): Promise<TestStack> {
  const rabbit = bus === 'rabbitmq' ? await startTestRabbitMq() : undefined;
  const dataDir = mkdtempSync(join(tmpdir(), 'cartograph-test-'));
  const discard = async () => {
    await rabbit?.close();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    const stack = await startStack({
      ...options,
      root,
      dataDir,
      // A test machine may be busy with much else.
      readyPatienceMs: 180_000,
      sourceMaps: false,
      binDir: join(root, '.data', 'bin'),
      env: {
        PATH: process.env['PATH'],
        LOG_LEVEL: 'info',
        SAMPLE_DATA: 'true',
        ...(rabbit && { AMQP_URL: rabbit.url }),
        ...options.env,
      },
    });
    rabbit?.process.onCrash((how) => options.onEvent?.({ type: 'crashed', name: 'rabbitmq', how }));
    return {
      ...stack,
      kill: (name) => (rabbit && name === 'rabbitmq' ? rabbit.process.kill() : stack.kill(name)),
      start: (name) => (rabbit && name === 'rabbitmq' ? rabbit.process.start() : stack.start(name)),
      get graph() {
        return createGraphClient(`${stack.url('gateway')}/graphql`);
      },
      async stop() {
        await stack.stop();
        await discard();
      },
    };
  } catch (error) {
    await discard();
    throw error;
  }
}
