import type { Promotion } from '../domain/promotion.js';

export interface PricingStore {
  insert(promotion: Promotion): Promise<void>;
  /** In any order. */
  findByIds(ids: readonly string[]): Promise<Promotion[]>;
  /** Newest first. @param before the id after which the page begins */
  findNewest(limit: number, before: string | undefined): Promise<Promotion[]>;
  count(): Promise<number>;
}
