import type { Method } from '../domain/method.js';

export interface ShippingStore {
  insert(method: Method): Promise<void>;
  /** In any order. */
  findByIds(ids: readonly string[]): Promise<Method[]>;
  /** Newest first. @param before the id after which the page begins */
  findNewest(limit: number, before: string | undefined): Promise<Method[]>;
  count(): Promise<number>;
}
