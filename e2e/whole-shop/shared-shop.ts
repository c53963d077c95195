import { afterAll, beforeAll, describe } from '@jest/globals';
import type { GraphClient, TestStack } from '@cartograph/testing';
import { openShop, type OpenShop } from '../harness/open-shop.js';
import type { Span } from '../harness/otlp-receiver.js';
import { signInAdmin } from '../harness/shop.js';

/** What stories that share a shop are given. Read it within a test: the shop has not started before. */
export interface SharedShop {
  readonly stack: TestStack;
  readonly admin: GraphClient;
  /** What all services have sent of their traces so far. */
  readonly spans: readonly Span[];
}

/** Stories that involve all services, one after another in one shop. */
export function describeInOneShop(name: string, stories: readonly ((shop: SharedShop) => void)[]): void {
  describe(name, () => {
    let open: OpenShop;
    let admin: GraphClient;
    beforeAll(async () => {
      open = await openShop();
      admin = await signInAdmin(open.stack);
    }, 240_000);
    afterAll(() => open?.leave());
    const shop: SharedShop = {
      get stack() {
        return open.stack;
      },
      get admin() {
        return admin;
      },
      get spans() {
        return open.spans;
      },
    };
    for (const describeStory of stories) describeStory(shop);
  });
}
