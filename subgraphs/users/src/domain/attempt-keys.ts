import { createHash } from 'node:crypto';
import { networkOf } from '@cartograph/kit/client-address';

export type AttemptKind = 'account' | 'address';

/** Whose failures are counted together. */
export interface AttemptKey {
  readonly kind: AttemptKind;
  readonly id: string;
}

/** The counters of one attempt. An address is hashed with its kind, so that a store of counters names nobody. */
export function attemptKeys(account: string, address: string | null): AttemptKey[] {
  const keys: AttemptKey[] = [{ kind: 'account', id: digest(account) }];
  if (address) keys.push({ kind: 'address', id: digest(networkOf(address)) });
  return keys;
}

const digest = (value: string) => createHash('sha256').update(value).digest('base64url').slice(0, 32);
