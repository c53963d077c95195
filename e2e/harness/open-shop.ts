import { fileURLToPath } from 'node:url';
import { startTestStack, type TestStack } from '@cartograph/testing';
import { startOtlpReceiver, type Span } from './otlp-receiver.js';
import { takeSnapshot, type ShopSnapshot } from './shop-snapshot.js';

/** The shop that all stories can share which need no settings of their own. */
export interface OpenShop {
  readonly stack: TestStack;
  /** What all services have sent of their traces so far. */
  readonly spans: readonly Span[];
  /** A test file calls it when it is done with the shop. */
  leave(): Promise<void>;
}

interface KeptShop extends OpenShop {
  readonly snapshot: ShopSnapshot;
  stop(): Promise<void>;
}

/** The built pages. */
export const STOREFRONT_DIR =
  process.env['STOREFRONT_DIR'] ?? fileURLToPath(new URL('../../client/dist', import.meta.url));

/** Set by scripts/test.mjs where all stories run in one process. */
const isShared = process.env['CARTOGRAPH_SHARE_SHOP'] !== undefined;
let kept: KeptShop | undefined;

/**
 * The whole shop with its sample data and its storefront. In `npm test` the first story starts it, and each next one gets
 * it back as it was at the start; a story that runs by its path has a shop of its own.
 */
export function openShop(): Promise<OpenShop> {
  if (!isShared) return start();
  const next = previous.then(openNext);
  previous = next.catch(() => undefined);
  return next;
}

/** Settles when the last call has: one that outlasts its story must not start a shop beside the next story's. */
let previous: Promise<unknown> = Promise.resolve();

async function openNext(): Promise<OpenShop> {
  if (kept && (await reset(kept))) return kept;
  await kept?.stop();
  kept = undefined;
  kept = await startToKeep();
  return kept;
}

async function startToKeep(): Promise<KeptShop> {
  const shop = await start();
  try {
    const snapshot = await takeSnapshot(shop.stack);
    return { ...shop, snapshot, stop: () => shop.leave(), leave: async () => {} };
  } catch (error) {
    await shop.leave();
    throw error;
  }
}

/** @returns false if a story left the shop in a state that a snapshot cannot repair, such as a service that is down */
async function reset({ stack, snapshot }: KeptShop): Promise<boolean> {
  try {
    const answers = await Promise.all(stack.services.map((name) => fetch(`${stack.url(name)}/readyz`)));
    if (!answers.every(({ ok }) => ok)) return false;
    await snapshot.restore();
    return true;
  } catch (error) {
    console.warn('The shop could not be reset, so the next story starts another.', error);
    return false;
  }
}

async function start(): Promise<OpenShop> {
  const receiver = await startOtlpReceiver();
  try {
    const stack = await startTestStack({
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
      serviceEnv: {
        payments: { PAYMENT_DELAY_MS: '300' },
        notifications: { WEBHOOK_ALLOW_PRIVATE: 'true' },
        gateway: { CLIENT_DIR: STOREFRONT_DIR },
      },
    });
    return {
      stack,
      spans: receiver.spans,
      async leave() {
        await stack.stop();
        await receiver.close();
      },
    };
  } catch (error) {
    await receiver.close();
    throw error;
  }
}

atEndOfRun(async () => {
  await previous;
  await kept?.stop();
});

/** Calls it when all test files of this process have run (packages/testing/jest/global-teardown.mjs). */
export function atEndOfRun(close: () => Promise<void>): void {
  const slot = Symbol.for('cartograph.tests.atEnd');
  const holder = globalThis as unknown as Record<symbol, (() => Promise<void>)[] | undefined>;
  (holder[slot] ??= []).push(close);
}
