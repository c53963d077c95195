import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again and again until the condition gives something truthy, and returns that.
 * @throws after `timeoutMs` (default 30,000), with `what` and the condition's last error if it threw one
 */
export async function until<Value>(
  condition: () => Value | Promise<Value>,
  options: { readonly timeoutMs?: number; readonly intervalMs?: number; readonly what?: string } = {},
): Promise<NonNullable<Value>> {
  const { timeoutMs = 30_000, intervalMs = 25, what = 'the condition' } = options;
  const deadline = Date.now() + timeoutMs;
  let lastError: unknown;
  do {
    try {
      const value = await condition();
      if (value) return value;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    await delay(intervalMs);
  } while (Date.now() < deadline);
  throw new Error(
    `Waited ${timeoutMs} ms for ${what}, in vain.`,
    lastError === undefined ? {} : { cause: lastError },
  );
}
