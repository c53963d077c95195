import type { Method } from '../domain/method.js';
import type { Zone } from '../domain/zone.js';

/** One change of the zones. */
export type ZoneChange =
  | { readonly save: Zone }
  | { readonly remove: Zone }
  | { readonly saveMethod: Method }
  | { readonly removeMethod: Method };

export interface ShippingStore {
  /** All zones with their methods, in the order in which they were created. */
  findZones(): Promise<Zone[]>;
  /**
   * Changes the zones, one change after another: `decide` sees all of them as they are when its change is written. If it
   * throws, nothing changes.
   */
  change<Change extends ZoneChange | null>(decide: (zones: readonly Zone[]) => Change): Promise<Change>;
  /** Inserts zones with their methods if there are none, and returns whether it did. */
  insertFirst(zones: readonly Zone[]): Promise<boolean>;
}
