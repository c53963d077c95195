import type { ServiceClient } from '@cartograph/kit';
import DataLoader from 'dataloader';

const READ = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on Order { status } }
}`;

/** For a test that holds them against orders' schema. */
export const ORDERS_OPERATIONS = [READ];

export type OrderStatus = 'PENDING' | 'PROCESSING' | 'SHIPPED' | 'DELIVERED' | 'CANCELLED';

/** What payments asks of orders. */
export interface OrdersClient {
  /** Undefined if there is no such order. What is asked for at one moment becomes one call. */
  statusOf(orderId: string): Promise<OrderStatus | undefined>;
}

/** @throws PublicError SERVICE_UNAVAILABLE from every method while orders does not answer */
export function createOrdersClient(client: ServiceClient): OrdersClient {
  const statuses = new DataLoader<string, OrderStatus | undefined>(
    async (ids) => {
      const { _entities } = await client.send<{ _entities: ({ status: OrderStatus } | null)[] }>(READ, {
        representations: ids.map((id) => ({ __typename: 'Order', id })),
      });
      return ids.map((_, index) => _entities[index]?.status);
    },
    { cache: false },
  );
  return { statusOf: (orderId) => statuses.load(orderId) };
}
