import { setTimeout as delay } from 'node:timers/promises';
import type { TestStack } from '@cartograph/testing';
import type { Random } from '../harness/random.js';

export const VICTIMS = [
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

export interface MayhemOptions {
  readonly random: Random;
  readonly onKill?: (names: readonly string[]) => void;
}

/** Kills each service and each store once with SIGKILL, in any order, now and then two at once, and starts them again. */
export async function killEachOnce(stack: TestStack, { random, onKill }: MayhemOptions): Promise<void> {
  const waiting = random.shuffle(VICTIMS);
  while (waiting.length > 0) {
    const names = waiting.splice(0, random() < 0.25 ? 2 : 1);
    await delay(random.below(1_500));
    onKill?.(names);
    await Promise.all(names.map((name) => stack.kill(name)));
    await delay(random() < 0.5 ? 0 : random.below(1_500));
    await Promise.all(names.map((name) => stack.start(name)));
  }
}
