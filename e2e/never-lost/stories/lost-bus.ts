import { expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import { loseBusAfterPayment } from '../../harness/lost-bus.js';
import type { SharedShop } from '../shared-shop.js';

export function describeLostBus(shop: SharedShop): void {
  it('should be packed after Redis was emptied with the event of its payment in it', async () => {
    const { stack, admin } = shop;
    const order = await loseBusAfterPayment(stack, admin, {
      stop: (service) => stack.halt(service),
      start: (service) => stack.start(service),
    });
    await until(async () => (await order.status()) === 'PROCESSING', { what: 'the order to be packed' });
    expect(await order.status()).toBe('PROCESSING');
  }, 120_000);
}
