import { attemptKeys, type AttemptKey } from '../domain/attempt-keys.js';
import { refusals } from '../domain/errors.js';
import type { AttemptOutcome } from '../store/attempt-counter.js';
import type { UsersDeps } from './deps.js';

/**
 * Checks a password, slowed down after failures of this account or from this address.
 * @param check false for a wrong password
 * @throws Refusal RATE_LIMITED without having checked
 */
export async function slowed(
  deps: UsersDeps,
  account: string,
  address: string | null,
  check: () => Promise<boolean>,
): Promise<boolean> {
  const begun: AttemptKey[] = [];
  let outcome: AttemptOutcome = 'abandoned';
  try {
    for (const key of attemptKeys(account, address)) {
      const waitMs = await deps.attempts.begin(key);
      if (waitMs > 0) {
        deps.onPasswordCheck('slowed');
        throw refusals.tooManyFailures(waitMs);
      }
      begun.push(key);
    }
    const isRight = await check();
    outcome = isRight ? 'succeeded' : 'failed';
    deps.onPasswordCheck(isRight ? 'right' : 'wrong');
    return isRight;
  } finally {
    for (const key of begun) await deps.attempts.end(key, outcome);
  }
}
