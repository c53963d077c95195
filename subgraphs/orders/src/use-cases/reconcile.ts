import type { Clock, Logger } from '@cartograph/kit';
import type { PaymentsClient } from '../clients/payments.js';
import type { ProductsClient } from '../clients/products.js';
import { DIFFERENCES, differencesOf, type Difference } from '../domain/reconciliation.js';
import type { Order } from '../domain/order.js';
import type { OrdersStore, ReconciliationStore } from '../store/store.js';

interface Deps {
  readonly store: Pick<OrdersStore, 'listOrders' | 'findOrders'> & ReconciliationStore;
  readonly payments: PaymentsClient;
  readonly products: Pick<ProductsClient, 'reservations'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const BATCH = 100;
const HOUR_MS = 3_600_000;
/** An order that changed since may differ from the others for a moment: an event may be on its way, or tried again. */
const SETTLED_AFTER_MS = 15 * 60_000;

/**
 * Compares every order with its payment and its stock, once an hour in one process, and stores how many differ. A difference
 * should never last: each has been missed by the workers that repair what a lost event leaves behind.
 */
export function createReconcile({ store, payments, products, clock, logger }: Deps): () => Promise<void> {
  async function compare(orders: readonly Order[]): Promise<(readonly [Order, Difference])[]> {
    const [stock, paid] = await Promise.all([
      products.reservations(orders.map(({ id }) => id)),
      Promise.all(orders.map(({ id }) => payments.paymentOf(id))),
    ]);
    return orders.flatMap((order, index) =>
      differencesOf(order, { payment: paid[index], stock: stock.get(order.id) }).map(
        (difference) => [order, difference] as const,
      ),
    );
  }

  return async () => {
    const now = clock();
    if (!(await store.claimReconciliation(new Date(now.getTime() + HOUR_MS)))) return;
    const settledBefore = new Date(now.getTime() - SETTLED_AFTER_MS);
    const counts: { [Name in Difference]?: number } = {};
    let after: { placedAt: Date; id: string } | undefined;
    for (;;) {
      const orders = await store.listOrders({}, after, BATCH);
      const settled = orders.filter(({ updatedAt }) => updatedAt < settledBefore);
      for (const [{ id, sequence }, difference] of settled.length > 0 ? await compare(settled) : []) {
        // It may have changed while the others were asked.
        const [current] = await store.findOrders([id]);
        if (current?.sequence !== sequence) continue;
        counts[difference] = (counts[difference] ?? 0) + 1;
        logger.error({ orderId: id, difference }, `An order ${DIFFERENCES[difference]}`);
      }
      after = orders.at(-1);
      if (orders.length < BATCH) break;
    }
    await store.finishReconciliation(counts);
  };
}
