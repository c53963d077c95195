import type { GraphClient } from '@cartograph/testing';
import type { Evidence } from './evidence.js';

interface OrdersPage {
  readonly orders: {
    readonly nodes: readonly {
      readonly id: string;
      readonly status: string;
      readonly payment: { readonly status: string } | null;
      readonly history: readonly { readonly type: string }[];
    }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

/** What staff see through the gateway is what the stores hold. */
export async function findApiFaults(
  staff: GraphClient,
  { orders, payments, history }: Evidence,
): Promise<string[]> {
  const shown = new Map<string, string>();
  for (let after: string | null = null; ;) {
    const page: OrdersPage = await staff.expectData<OrdersPage>(
      `query ($after: String) { orders(first: 100, after: $after) {
        nodes { id status payment { status } history { type } } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    for (const order of page.orders.nodes)
      shown.set(
        order.id,
        [order.status, order.payment?.status, ...order.history.map(({ type }) => type)].join(' '),
      );
    if (!page.orders.pageInfo.hasNextPage) break;
    after = page.orders.pageInfo.endCursor;
  }
  const byOrder = new Map(payments.map(({ order_id, status }) => [order_id, status]));
  const faults = orders.flatMap(({ id, status }) => {
    const kept = [status, byOrder.get(id), ...(history.get(id) ?? []).map(({ type }) => type)].join(' ');
    return shown.get(id) === kept ? [] : [`The API shows order ${id} as ${shown.get(id)}, it is ${kept}`];
  });
  if (shown.size !== orders.length) faults.push(`The API shows ${shown.size} orders of ${orders.length}`);
  return faults;
}
