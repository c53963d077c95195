import { networkOf } from '@cartograph/kit/client-address';
import type { RequestScope } from '../scope/request-scope.js';

/** A person who is signed in is counted as such from any address; everyone else by address, IPv6 by its /64. */
export function clientOf({ identity, clientAddress }: RequestScope): string {
  return identity?.kind === 'user' ? `user:${identity.userId}` : addressKey(clientAddress);
}

/** Most requests come from a few addresses, all of them perhaps from one proxy's. */
const addressKeys = new Map<string, string>();
const MAX_ADDRESS_KEYS = 1_000;

function addressKey(address: string): string {
  const known = addressKeys.get(address);
  if (known !== undefined) return known;
  if (addressKeys.size >= MAX_ADDRESS_KEYS) addressKeys.clear();
  const key = `address:${networkOf(address)}`;
  addressKeys.set(address, key);
  return key;
}
