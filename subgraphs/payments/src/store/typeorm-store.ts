import { claimDue, markHandled, saveEvents } from '@cartograph/kit/postgres';
import { In, type DataSource, type EntityManager, type FindOptionsWhere } from 'typeorm';
import type { Payment, PaymentStatus } from '../domain/payment.js';
import { createAttemptsStore } from './attempts.js';
import { toAttempt, toPayment, toRefund } from './rows.js';
import type { DueRefund, PaymentsStore, PaymentsTransaction } from './store.js';
import { AttemptTable, PaymentTable, RefundTable, type PaymentRow } from './tables.js';

/** As the index `payments_to_check` has it. */
const TO_CHECK = `status = 'SUCCEEDED' AND NOT is_order_cancelled`;

interface Deps {
  readonly database: DataSource;
  /** The name under which payments notes which events it has handled. */
  readonly consumer: string;
}

export function createPaymentsStore({ database, consumer }: Deps): PaymentsStore {
  const store: PaymentsStore = {
    ...createAttemptsStore(database, consumer),
    transaction: (work) => database.transaction((manager) => work(createTransaction(manager, consumer))),
    payments: async (ids) =>
      (await database.getRepository(PaymentTable).findBy({ id: In([...ids]) })).map(toPayment),
    paymentsOfOrders: async (ids) =>
      (await database.getRepository(PaymentTable).findBy({ orderId: In([...ids]) })).map(toPayment),
    attemptsOf: async (ids) =>
      (
        await database
          .getRepository(AttemptTable)
          .find({ where: { paymentId: In([...ids]) }, order: { number: 'ASC' } })
      ).map(toAttempt),
    refundsOf: async (ids) =>
      (
        await database
          .getRepository(RefundTable)
          .find({ where: { paymentId: In([...ids]) }, order: { createdAt: 'ASC', id: 'ASC' } })
      ).map(toRefund),

    async claimRefunds(limit, until) {
      const ids = await claimDue(database, 'refunds', `status = 'PENDING'`, limit, until);
      if (ids.length === 0) return [];
      const refunds = (await database.getRepository(RefundTable).findBy({ id: In(ids) })).map(toRefund);
      const paymentIds = refunds.map(({ paymentId }) => paymentId);
      const payments = new Map((await store.payments(paymentIds)).map((payment) => [payment.id, payment]));
      const charges = new Map(
        (await store.attemptsOf(paymentIds))
          .filter(({ status }) => status === 'SUCCEEDED')
          .map(({ paymentId, id }) => [paymentId, id]),
      );
      return refunds.map((refund): DueRefund => ({
        refund,
        payment: payments.get(refund.paymentId)!,
        chargeKey: charges.get(refund.paymentId)!,
      }));
    },

    async claimOrderChecks(limit, until) {
      const ids = await claimDue(database, 'payments', TO_CHECK, limit, until);
      return ids.length > 0 ? store.payments(ids) : [];
    },

    async postponeOrderCheck(paymentId, dueAt) {
      await database.query('UPDATE payments SET due_at = $2 WHERE id = $1', [paymentId, dueAt]);
    },

    async countByStatus() {
      const rows = await database
        .createQueryBuilder(PaymentTable, 'payment')
        .select('payment.status', 'status')
        .addSelect('count(*)', 'count')
        .groupBy('payment.status')
        .getRawMany<{ status: PaymentStatus; count: string }>();
      const counts = { PENDING: 0, SUCCEEDED: 0, FAILED: 0, REFUNDED: 0 };
      for (const { status, count } of rows) counts[status] = Number(count);
      return counts;
    },

    countInDoubt: () => database.getRepository(AttemptTable).countBy({ status: 'IN_DOUBT' }),
  };
  return store;
}

function createTransaction(manager: EntityManager, consumer: string): PaymentsTransaction {
  const payments = manager.getRepository(PaymentTable);
  const attempts = manager.getRepository(AttemptTable);
  const refunds = manager.getRepository(RefundTable);
  const lock = async (where: FindOptionsWhere<PaymentRow>): Promise<Payment | undefined> => {
    const row = await payments.findOne({ where, lock: { mode: 'pessimistic_write' } });
    return row ? toPayment(row) : undefined;
  };

  return {
    lockPayment: (id) => lock({ id }),
    lockPaymentOfOrder: (orderId) => lock({ orderId }),
    async insertPayment({ amount, ...payment }) {
      const { raw } = await payments
        .createQueryBuilder()
        .insert()
        .values({ ...payment, amountMinor: String(amount.minor), currency: amount.currency })
        .orIgnore()
        .returning('id')
        .execute();
      // What the database gave back: `identifiers` names what was ignored, too.
      return (raw as unknown[]).length === 1;
    },
    async updatePayment(payment, changes) {
      const updatedAt = new Date();
      await payments.update({ id: payment.id }, { ...changes, updatedAt });
      return { ...payment, ...changes, updatedAt };
    },
    attempts: async (paymentId) =>
      (await attempts.find({ where: { paymentId }, order: { number: 'ASC' } })).map(toAttempt),
    async insertAttempt(attempt) {
      await attempts.insert({ ...attempt, dueAt: attempt.startedAt });
    },
    refunds: async (paymentId) =>
      (await refunds.find({ where: { paymentId }, order: { createdAt: 'ASC', id: 'ASC' } })).map(toRefund),
    async insertRefund({ amount, ...refund }) {
      await refunds.insert({
        ...refund,
        amountMinor: String(amount.minor),
        currency: amount.currency,
        dueAt: refund.createdAt,
      });
    },
    async confirmRefund(id) {
      await refunds.update({ id }, { status: 'SUCCEEDED' });
    },
    saveEvents: (events) => saveEvents(manager, events),
    markHandled: (eventId) => markHandled(manager, consumer, eventId),
  };
}
