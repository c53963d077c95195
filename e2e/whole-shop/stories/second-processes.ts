import { describe, expect, it } from '@jest/globals';
import { declaredServices } from '@cartograph/launcher/stack';
import { startSecond } from '../../harness/second-process.js';
import type { SharedShop } from '../shared-shop.js';

const subgraphs = declaredServices.filter(({ isSubgraph }) => isSubgraph).map(({ name }) => name);

export function describeSecondProcesses(shop: SharedShop): void {
  describe('a second process of a subgraph', () => {
    it.each(subgraphs)(
      '(%s) should run beside the first, and end with 0 within 10 s of SIGTERM',
      async (name) => {
        const second = await startSecond(shop.stack, name);
        const began = performance.now();
        expect(await second.kill('SIGTERM')).toBe(0);
        expect(performance.now() - began).toBeLessThan(10_000);
        expect((await fetch(`${shop.stack.url(name)}/readyz`)).status).toBe(200);
      },
    );
  });
}
