import { createHash } from 'node:crypto';

/** Roughly: what comes from the gateway is an address, and anything else is only counted under its own text. */
const IPV6 = /^[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,7}(%.+)?$/i;

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

/** One household or machine has a whole /64 of IPv6 to pick from, so that is what is counted. */
export function networkOf(address: string): string {
  if (!IPV6.test(address)) return address.toLowerCase().replace(/^::ffff:/, '');
  const [head = '', tail] = address.toLowerCase().split('%')[0]!.split('::');
  const left = head ? head.split(':') : [];
  const right = tail ? tail.split(':') : [];
  const zeros =
    tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  const groups = [...left, ...zeros, ...right].map((group) => parseInt(group, 16).toString(16));
  return `${groups.slice(0, 4).join(':')}::/64`;
}

const digest = (value: string) => createHash('sha256').update(value).digest('base64url').slice(0, 32);
