/** What a customer or staff may do; `of` picks an existing order. Two `requests` check out the same version of a cart at once. */
export type Action =
  | { readonly do: 'checkout'; readonly token: Token; readonly quantity: number; readonly requests: 1 | 2 }
  | { readonly do: 'retry'; readonly of: number; readonly token: Token }
  | { readonly do: 'cancel'; readonly of: number }
  | { readonly do: 'process'; readonly of: number }
  | { readonly do: 'ship'; readonly of: number }
  | { readonly do: 'deliver'; readonly of: number }
  | { readonly do: 'refund'; readonly of: number }
  | { readonly do: 'restock'; readonly quantity: number };

export type Token = 'tok_ok' | 'tok_declined' | 'tok_flaky';

export interface ModelOrder {
  readonly quantity: number;
  readonly status: 'PENDING' | 'PROCESSING' | 'SHIPPED' | 'DELIVERED' | 'CANCELLED';
  readonly payment: 'SUCCEEDED' | 'FAILED' | 'REFUNDED';
}

/** A shop with one product, at rest. */
export interface Model {
  readonly available: number;
  /** In the order in which they were placed. */
  readonly orders: readonly ModelOrder[];
}

export interface Step {
  readonly after: Model;
  /** `done`, or the code of the refusal. */
  readonly answer: string;
}

const paid = (token: Token) => token !== 'tok_declined';

/** What "Placing an order" in docs/architecture.md says about an action, once everything that follows from it has happened. */
export function step(model: Model, action: Action): Step {
  const refuse = (answer: string): Step => ({ after: model, answer });
  const change = (index: number, changes: Partial<ModelOrder>, released = 0): Step => ({
    after: {
      available: model.available + released,
      orders: model.orders.map((order, at) => (at === index ? { ...order, ...changes } : order)),
    },
    answer: 'done',
  });
  if (action.do === 'restock')
    return { after: { ...model, available: model.available + action.quantity }, answer: 'done' };
  // However many requests there are: a version of a cart becomes one order.
  if (action.do === 'checkout') {
    if (action.quantity > model.available) return refuse('OUT_OF_STOCK');
    const isPaid = paid(action.token);
    const order: ModelOrder = {
      quantity: action.quantity,
      status: isPaid ? 'PROCESSING' : 'PENDING',
      payment: isPaid ? 'SUCCEEDED' : 'FAILED',
    };
    return {
      after: { available: model.available - action.quantity, orders: [...model.orders, order] },
      answer: 'done',
    };
  }
  const index = action.of % model.orders.length;
  const { status, payment, quantity } = model.orders[index]!;
  switch (action.do) {
    case 'retry':
      if (payment !== 'FAILED' || status === 'CANCELLED') return refuse('PAYMENT_NOT_RETRYABLE');
      if (!paid(action.token)) return change(index, {});
      return change(index, { payment: 'SUCCEEDED', status: status === 'PENDING' ? 'PROCESSING' : status });
    case 'cancel':
      if (status !== 'PENDING' && status !== 'PROCESSING') return refuse('INVALID_TRANSITION');
      return change(
        index,
        { status: 'CANCELLED', payment: payment === 'SUCCEEDED' ? 'REFUNDED' : payment },
        quantity,
      );
    case 'process':
      return status === 'PENDING' ? change(index, { status: 'PROCESSING' }) : refuse('INVALID_TRANSITION');
    case 'ship':
      return status === 'PROCESSING' ? change(index, { status: 'SHIPPED' }) : refuse('INVALID_TRANSITION');
    case 'deliver':
      return status === 'SHIPPED' ? change(index, { status: 'DELIVERED' }) : refuse('INVALID_TRANSITION');
    case 'refund':
      return payment === 'SUCCEEDED'
        ? change(index, { payment: 'REFUNDED' })
        : refuse('PAYMENT_NOT_REFUNDABLE');
  }
}

/**
 * An order as text. If an order is cancelled while its payment is being made, the payment may have been made and refunded,
 * or never made: both count as the same. The invariants check that no money is kept.
 */
const show = ({ quantity, status, payment }: ModelOrder): string =>
  `${quantity} ${status} ${status === 'CANCELLED' && payment !== 'SUCCEEDED' ? 'NOTHING KEPT' : payment}`;

/** A model as one line. Orders are sorted, because orders placed at once may come in either sequence. */
export const describeModel = ({ available, orders }: Model): string =>
  [`${available} available`, ...orders.map(show).sort()].join('; ');
