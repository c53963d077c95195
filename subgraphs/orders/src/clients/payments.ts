import { parseMoney, type Money, type MoneyInput } from '@cartograph/money';
import type { ServiceClient } from '@cartograph/kit';
import DataLoader from 'dataloader';

const READ = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    ... on Order { payment { id status amount { amount currency } } }
  }
}`;

/** For the test that validates them against payments' schema. */
export const PAYMENTS_OPERATIONS = [READ];

/** The payment of an order, as payments sees it now. */
export interface PaymentOfOrder {
  readonly id: string;
  readonly status: 'PENDING' | 'SUCCEEDED' | 'FAILED' | 'REFUNDED';
  readonly amount: Money;
}

/** Calls from orders to payments. */
export interface PaymentsClient {
  /** Undefined if the order has no payment. Concurrent requests are sent as one call. */
  paymentOf(orderId: string): Promise<PaymentOfOrder | undefined>;
}

interface OrderEntity {
  payment: { id: string; status: PaymentOfOrder['status']; amount: MoneyInput } | null;
}

/** Every method throws PublicError SERVICE_UNAVAILABLE while payments does not answer. */
export function createPaymentsClient(client: ServiceClient): PaymentsClient {
  const payments = new DataLoader<string, PaymentOfOrder | undefined>(
    async (ids) => {
      const { _entities } = await client.send<{ _entities: (OrderEntity | null)[] }>(READ, {
        representations: ids.map((id) => ({ __typename: 'Order', id })),
      });
      return ids.map((_, index) => {
        const payment = _entities[index]?.payment;
        return payment ? { ...payment, amount: parseMoney(payment.amount) } : undefined;
      });
    },
    { cache: false },
  );
  return { paymentOf: (orderId) => payments.load(orderId) };
}
