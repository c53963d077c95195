import { eventsByAggregate, type Evidence } from './evidence.js';
import { groupBy } from './group-by.js';

const sum = (rows: readonly { readonly amount_minor: number }[]) =>
  rows.reduce((total, { amount_minor }) => total + amount_minor, 0);

/** What one order was charged and given back, by the provider's own books. */
export interface Money {
  readonly charges: number;
  readonly charged: number;
  readonly refunded: number;
}

export function moneyByOrder({
  payments,
  attempts,
  charges,
  providerRefunds,
}: Evidence): ReadonlyMap<string, Money> {
  const paymentOf = new Map(attempts.map(({ id, payment_id }) => [id, payment_id]));
  const succeeded = groupBy(
    charges.filter(({ status }) => status === 'succeeded'),
    ({ key }) => paymentOf.get(key) ?? 'nobody',
  );
  const returned = groupBy(providerRefunds, ({ charge_key }) => paymentOf.get(charge_key) ?? 'nobody');
  return new Map(
    payments.map(({ id, order_id }) => {
      const made = succeeded.get(id) ?? [];
      return [order_id, { charges: made.length, charged: sum(made), refunded: sum(returned.get(id) ?? []) }];
    }),
  );
}

/** One successful charge per paid order; what was charged for a cancelled order was given back; the books agree. */
export function findPaymentFaults(evidence: Evidence): string[] {
  const faults: string[] = [];
  const money = moneyByOrder(evidence);
  const payments = new Map(evidence.payments.map((payment) => [payment.order_id, payment]));
  for (const { id, status, total_minor } of evidence.orders) {
    const payment = payments.get(id);
    if (!payment) {
      faults.push(`Order ${id} is ${status} and has no payment`);
      continue;
    }
    const { charges, charged, refunded } = money.get(id)!;
    const fault = (what: string) =>
      faults.push(
        `Order ${id} is ${status}, its payment ${payment.status}, ${total_minor} was charged ${charges} times and ${refunded} given back: ${what}`,
      );
    if (charges > 1) fault('it was charged more than once');
    if (charged !== charges * total_minor || payment.amount_minor !== total_minor)
      fault(`${charged} was charged in all, the payment says ${payment.amount_minor}`);
    if (refunded > charged) fault('more was given back than charged');
    if (status === 'CANCELLED' && refunded !== charged) fault('it is cancelled, but not paid back');
    const isPaid = payment.status === 'SUCCEEDED' || payment.status === 'REFUNDED';
    if (isPaid !== (charges === 1)) fault('the provider says otherwise');
    if ((payment.status === 'REFUNDED') !== (charges > 0 && refunded === charged))
      fault('the provider says otherwise about what was given back');
  }
  return [...faults, ...findBookFaults(evidence), ...findPublishingFaults(evidence)];
}

/** Attempts and refunds, row by row, as the provider has them. */
function findBookFaults({ attempts, refunds, charges, providerRefunds }: Evidence): string[] {
  const faults: string[] = [];
  const byKey = new Map(charges.map((charge) => [charge.key, charge.status]));
  const expected: Readonly<Record<string, string | undefined>> = {
    SUCCEEDED: 'succeeded',
    FAILED: 'declined',
    ABANDONED: undefined,
  };
  for (const { id, status } of attempts)
    if (byKey.get(id) !== expected[status])
      faults.push(`Attempt ${id} is ${status}, the provider has ${byKey.get(id) ?? 'nothing'}`);
  const known = new Set(attempts.map(({ id }) => id));
  for (const { key } of charges)
    if (!known.has(key)) faults.push(`The provider has a charge ${key} that was never requested`);
  const made = new Set(providerRefunds.map(({ key }) => key));
  for (const { id } of refunds) if (!made.has(id)) faults.push(`Refund ${id} is not in the provider's books`);
  if (made.size !== refunds.length)
    faults.push(`The provider made ${made.size} refunds, ${refunds.length} were requested`);
  return faults;
}

/** Each outcome was published once, and orders applied it once. */
function findPublishingFaults(evidence: Evidence): string[] {
  const faults: string[] = [];
  const heard = eventsByAggregate(evidence);
  const attempts = groupBy(evidence.attempts, ({ payment_id }) => payment_id);
  const refunds = groupBy(evidence.refunds, ({ payment_id }) => payment_id);
  for (const { id, order_id } of evidence.payments) {
    const published = (type: string) =>
      (heard.get(order_id) ?? []).filter((event) => event.type === type).length;
    const outcomes = (status: string) =>
      (attempts.get(id) ?? []).filter((attempt) => attempt.status === status).length;
    const history = evidence.history.get(order_id) ?? [];
    const entries = (type: string) => history.filter((entry) => entry.type === type).length;
    const compare = (what: string, is: number, expected: number, isEqual = is === expected) => {
      if (!isEqual) faults.push(`Order ${order_id}: ${what}: ${is}, expected ${expected}`);
    };
    compare('payment.succeeded published', published('payment.succeeded'), outcomes('SUCCEEDED'));
    compare('payment.failed published', published('payment.failed'), outcomes('FAILED'));
    compare('payment.refunded published', published('payment.refunded'), refunds.get(id)?.length ?? 0);
    compare('refunds in the history', entries('PAYMENT_REFUNDED'), published('payment.refunded'));
    // A decline that comes after the order went on is passed over.
    const failures = entries('PAYMENT_FAILED');
    compare('failures in the history, at most', failures, outcomes('FAILED'), failures <= outcomes('FAILED'));
    const late = entries('PAYMENT_TOO_LATE');
    compare(
      'late payments in the history, at most',
      late,
      outcomes('SUCCEEDED'),
      late <= outcomes('SUCCEEDED'),
    );
  }
  return faults;
}
