import type { BaseGraphQLContext } from '@cartograph/kit';
import DataLoader from 'dataloader';
import type { Payment, PaymentAttempt, Refund } from './domain/payment.js';
import type { PaymentsStore } from './store/store.js';

/** What a resolver gets. Each loader makes one store round trip per batch and request. */
export interface PaymentsContext extends BaseGraphQLContext {
  readonly payments: DataLoader<string, Payment | null>;
  readonly paymentsOfOrders: DataLoader<string, Payment | null>;
  readonly refunds: DataLoader<string, Refund[]>;
  readonly attempts: DataLoader<string, PaymentAttempt[]>;
}

interface Deps {
  readonly store: Pick<PaymentsStore, 'payments' | 'paymentsOfOrders' | 'refundsOf' | 'attemptsOf'>;
}

export function createContext({ store }: Deps): (base: BaseGraphQLContext) => PaymentsContext {
  const one =
    <Key extends 'id' | 'orderId'>(key: Key, load: (keys: readonly string[]) => Promise<Payment[]>) =>
    async (keys: readonly string[]) => {
      const found = new Map((await load(keys)).map((payment) => [payment[key], payment]));
      return keys.map((value) => found.get(value) ?? null);
    };
  const many =
    <Row extends { paymentId: string }>(load: (ids: readonly string[]) => Promise<Row[]>) =>
    async (ids: readonly string[]) => {
      const rows = new Map<string, Row[]>(ids.map((id) => [id, []]));
      for (const row of await load(ids)) rows.get(row.paymentId)?.push(row);
      return ids.map((id) => rows.get(id) ?? []);
    };
  return (base) => ({
    ...base,
    payments: new DataLoader(one('id', store.payments)),
    paymentsOfOrders: new DataLoader(one('orderId', store.paymentsOfOrders)),
    refunds: new DataLoader(many(store.refundsOf)),
    attempts: new DataLoader(many(store.attemptsOf)),
  });
}
