import { attemptKeys, type AttemptKey } from '../../domain/attempt-keys.js';
import { emailKey } from '../../domain/email.js';
import { normalisePassword } from '../../domain/fields.js';
import { refusals } from '../../domain/refusals.js';
import type { Origin, User } from '../../domain/user.js';
import type { AttemptOutcome } from '../../store/store.js';
import type { Deps } from '../deps.js';

/**
 * Checks a password; failures of this account or from this address slow down further checks.
 * @param account the e-mail key of the account
 * @param check false for a wrong password
 * @throws Refusal RATE_LIMITED without calling `check`
 */
export async function checkThrottled(
  { attempts, onPasswordCheck }: Pick<Deps, 'attempts' | 'onPasswordCheck'>,
  account: string,
  address: string | null,
  check: () => Promise<boolean>,
): Promise<boolean> {
  const begun: AttemptKey[] = [];
  let outcome: AttemptOutcome = 'abandoned';
  try {
    for (const key of attemptKeys(account, address)) {
      const waitMs = await attempts.begin(key);
      if (waitMs > 0) {
        onPasswordCheck('slowed');
        throw refusals.tooManyFailures(waitMs);
      }
      begun.push(key);
    }
    const isRight = await check();
    outcome = isRight ? 'succeeded' : 'failed';
    onPasswordCheck(isRight ? 'right' : 'wrong');
    return isRight;
  } finally {
    for (const key of begun) await attempts.end(key, outcome);
  }
}

/**
 * Confirms that the signed-in user is making the request, and not someone else at their unlocked computer.
 * @throws Refusal INVALID_CREDENTIALS for `field`, RATE_LIMITED
 */
export async function confirmPassword(
  deps: Deps,
  user: User,
  password: string,
  origin: Origin,
  field: string,
): Promise<void> {
  const isRight = await checkThrottled(deps, emailKey(user.email), origin.address, () =>
    deps.passwords.isHashOf(user.passwordHash, normalisePassword(password)),
  );
  if (!isRight) throw refusals.wrongPassword([field]);
}
