import type { GraphClient, TestStack } from '@cartograph/testing';
import type { Inspector } from '../invariants/invariants.js';

/** What stories that share a shop are given. To be read within a test: before, nothing has started. */
export interface SharedShop {
  readonly stack: TestStack;
  readonly admin: GraphClient;
  readonly inspector: Inspector;
}
