import { setTimeout as delay } from 'node:timers/promises';
import type { TestBus, TestStack } from '@cartograph/testing';
import type { Random } from '../harness/random.js';

const SERVICES_AND_STORES = [
  'gateway',
  'users',
  'products',
  'cart',
  'orders',
  'payments',
  'notifications',
  'postgres',
  'redis',
  'mongodb',
];

/** Every process that a shop on this bus consists of. */
export const victimsOn = (bus: TestBus): readonly string[] => [
  ...SERVICES_AND_STORES,
  ...(bus === 'rabbitmq' ? ['rabbitmq'] : []),
];

export interface MayhemOptions {
  readonly victims: readonly string[];
  readonly random: Random;
  readonly onKill?: (names: readonly string[]) => void;
}

/** Kills each of them once with SIGKILL, in any order, often two at once, and starts them again. */
export async function killEachOnce(
  stack: TestStack,
  { victims, random, onKill }: MayhemOptions,
): Promise<void> {
  const waiting = random.shuffle(victims);
  while (waiting.length > 0) {
    const names = waiting.splice(0, random() < 0.5 ? 2 : 1);
    await delay(random.below(1_500));
    onKill?.(names);
    await Promise.all(names.map((name) => stack.kill(name)));
    await delay(random() < 0.5 ? 0 : random.below(1_500));
    await Promise.all(names.map((name) => stack.start(name)));
  }
}
