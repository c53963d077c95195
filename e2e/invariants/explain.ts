import type { HistoryRow, OrderRow, PaymentRow } from './books.js';
import type { Evidence } from './evidence.js';
import { moneyByOrder, type Money } from './payments.js';

/** Why an order has its status, in words for its customer; undefined if there is no explanation. */
export function explainOrder(
  order: Pick<OrderRow, 'status'>,
  history: readonly HistoryRow[],
  payment: Pick<PaymentRow, 'status'> | undefined,
  { charges, charged, refunded }: Money,
): string | undefined {
  const reached = (type: string) => history.find((entry) => entry.type === type);
  const isPaid = charges === 1 && refunded < charged;
  const isPaidBack = charges === 1 && refunded === charged;
  const wentOnUnpaid = reached('PROCESSING')?.actor_type === 'ADMIN';
  const withMoney = (sentence: string) => {
    if (isPaid) return refunded > 0 ? `${sentence}, paid, and partly paid back` : `${sentence} and paid`;
    if (isPaidBack) return `${sentence}, and its money was given back by staff`;
    return wentOnUnpaid ? `${sentence}; staff let it go on unpaid` : undefined;
  };
  switch (order.status) {
    case 'PENDING':
      if (charges > 0) return undefined;
      return payment?.status === 'FAILED' ? 'waits for its customer to try the payment again' : undefined;
    case 'PROCESSING':
      return withMoney('is being packed');
    case 'SHIPPED':
      return withMoney('is on its way');
    case 'DELIVERED':
      return withMoney('has arrived');
    case 'CANCELLED': {
      const { actor_type, note } = reached('CANCELLED') ?? {};
      const by = {
        CUSTOMER: 'by its customer',
        ADMIN: 'by staff',
        SYSTEM: note && `automatically (${note})`,
      }[actor_type ?? ''];
      if (!by || isPaid) return undefined;
      return `was cancelled ${by}${isPaidBack ? ', and its money given back' : ''}`;
    }
    default:
      return undefined;
  }
}

/** How many orders there are of each explanation. @returns with a fault for each order that has none */
export function explainOrders(evidence: Evidence): {
  readonly explained: ReadonlyMap<string, number>;
  readonly faults: readonly string[];
} {
  const money = moneyByOrder(evidence);
  const payments = new Map(evidence.payments.map((payment) => [payment.order_id, payment]));
  const explained = new Map<string, number>();
  const faults: string[] = [];
  for (const order of evidence.orders) {
    const paid = money.get(order.id) ?? { charges: 0, charged: 0, refunded: 0 };
    const history = evidence.history.get(order.id) ?? [];
    const sentence = explainOrder(order, history, payments.get(order.id), paid);
    if (sentence) explained.set(sentence, (explained.get(sentence) ?? 0) + 1);
    else
      faults.push(
        `Nobody can explain order ${order.id}: ${order.status}, payment ${payments.get(order.id)?.status}, charged ${paid.charges} times, ${history.map(({ type, actor_type }) => `${type} by ${actor_type}`).join(', ')}`,
      );
  }
  return { explained, faults };
}
