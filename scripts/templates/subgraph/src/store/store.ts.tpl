import type { __Entity__ } from '../domain/__entity__.js';

export interface __Name__Store {
  insert(__entity__: __Entity__): Promise<void>;
  /** In any order. */
  findByIds(ids: readonly string[]): Promise<__Entity__[]>;
  /** Newest first. @param before the id after which the page begins */
  findNewest(limit: number, before: string | undefined): Promise<__Entity__[]>;
  count(): Promise<number>;
}
