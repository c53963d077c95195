import type { GraphClient } from '@cartograph/testing';
import { checkOut, fillCart } from '../harness/shop.js';

export interface Load {
  /** Every request that was not answered as it should have been, and why. */
  readonly failures: readonly string[];
  /** Requests of each kind that were answered so far. */
  readonly answered: Readonly<Record<string, number>>;
  /** Finishes what is under way. */
  stop(): Promise<void>;
}

/** Customers and staff who never pause: between them they ask each service without end. */
export function startLoad(customer: GraphClient, admin: GraphClient, productId: string): Load {
  const failures: string[] = [];
  const answered: Record<string, number> = {};
  let isOver = false;
  const begin = async (kind: string, work: () => Promise<unknown>) => {
    answered[kind] = 0;
    while (!isOver) {
      try {
        await work();
        answered[kind] += 1;
      } catch (error) {
        const cause = error instanceof Error && error.cause ? ` (${String(error.cause)})` : '';
        failures.push(`${kind}: ${String(error)}${cause}`);
      }
    }
  };
  const look = () =>
    customer.expectData(
      `{ me { name notifications(first: 3) { nodes { id } }
           orders(first: 5) { nodes { id status items { product { name } } payment { status } } } }
         cart { totalQuantity } products(first: 3) { nodes { id name } } }`,
    );
  const buy = async () => {
    await fillCart(customer, productId);
    const { userErrors } = await checkOut(customer);
    if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
  };
  const work = [begin('look', look), begin('buy', buy), begin('ship', () => ship(admin))];
  return {
    failures,
    answered,
    async stop() {
      isOver = true;
      await Promise.all(work);
    },
  };
}

/** Sends off what is paid for, one order at a time. */
async function ship(admin: GraphClient): Promise<void> {
  const { orders } = await admin.expectData<{ orders: { nodes: { id: string }[] } }>(
    '{ orders(first: 1, filter: { status: [PROCESSING] }) { nodes { id } } }',
  );
  for (const { id } of orders.nodes) await moveTo(admin, id, 'SHIPPED');
}

async function moveTo(admin: GraphClient, orderId: string, status: string): Promise<void> {
  const { updateOrderStatus } = await admin.expectData<{ updateOrderStatus: { userErrors: unknown[] } }>(
    'mutation ($input: UpdateOrderStatusInput!) { updateOrderStatus(input: $input) { userErrors { message } } }',
    { input: { orderId, status } },
  );
  if (updateOrderStatus.userErrors.length > 0) throw new Error(JSON.stringify(updateOrderStatus.userErrors));
}
