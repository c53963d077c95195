import type { GraphClient, TestStack } from '@cartograph/testing';
import type { Span } from '../harness/otlp-receiver.js';

/** What stories that share a shop are given. To be read within a test: before, nothing has started. */
export interface SharedShop {
  readonly stack: TestStack;
  readonly admin: GraphClient;
  /** What all services have sent of their traces so far. */
  readonly spans: readonly Span[];
}
