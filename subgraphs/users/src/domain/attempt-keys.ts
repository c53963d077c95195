import { createHash } from 'node:crypto';
import { networkOf } from '@cartograph/kit/client-address';

export type AttemptKind = 'account' | 'address';

/** One counter of failed sign-ins: those for an account, or those from a network address. */
export interface AttemptKey {
  readonly kind: AttemptKind;
  readonly id: string;
}

/** The counters of one attempt. Ids are hashed, so that the counter store holds no personal data. */
export function attemptKeys(account: string, address: string | null): AttemptKey[] {
  const keys: AttemptKey[] = [{ kind: 'account', id: digest(account) }];
  if (address) keys.push({ kind: 'address', id: digest(networkOf(address)) });
  return keys;
}

const digest = (value: string) => createHash('sha256').update(value).digest('base64url').slice(0, 32);
