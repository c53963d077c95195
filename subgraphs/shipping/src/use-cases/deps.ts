import type { Clock } from '@cartograph/kit/clock';
import { isId } from '@cartograph/kit/is-id';
import { Refusal } from '@cartograph/kit/refusal';
import type { CurrencyCode } from '@cartograph/money';
import type { Method } from '../domain/method.js';
import type { Zone } from '../domain/zone.js';
import type { ShippingStore } from '../store/store.js';

export interface Deps {
  readonly store: ShippingStore;
  readonly clock: Clock;
  readonly newId: () => string;
  /** The shop's currency. */
  readonly currency: CurrencyCode;
}

/** @throws Refusal NOT_FOUND */
export function zoneOf(zones: readonly Zone[], id: string, field = 'id'): Zone {
  const zone = isId(id) ? zones.find((one) => one.id === id) : undefined;
  if (!zone) throw new Refusal('NOT_FOUND', 'Zone not found.', [field]);
  return zone;
}

/** @throws Refusal NOT_FOUND */
export function methodOf(zones: readonly Zone[], id: string): { zone: Zone; method: Method } {
  for (const zone of zones) {
    const method = zone.methods.find((one) => one.id === id);
    if (method) return { zone, method };
  }
  throw new Refusal('NOT_FOUND', 'Shipping method not found.', ['id']);
}
