import { claimDue, putIntoOutbox, recordHandled } from '@cartograph/kit/postgres';
import { In, type DataSource } from 'typeorm';
import { toAttempt, toPayment } from './rows.js';
import type { AttemptsStore, SeenAttempt } from './store.js';
import { AttemptTable, PaymentTable, type AttemptRow, type PaymentRow } from './tables.js';

/** What may still be charged: a provider that has heard nothing of an abandoned attempt for a day never will. */
const OPEN_ATTEMPT = `(status IN ('PENDING', 'IN_DOUBT') OR status = 'ABANDONED' AND started_at > now() - interval '1 day')`;

/** Each part stores only if the one before did. Another process that handles the event too is waited for in the first. */
const OPEN_PAYMENT = `
  WITH handled AS (${recordHandled('$15', '$1::uuid')}),
  payment AS (
    INSERT INTO payments (id, order_id, customer_id, amount_minor, currency, status, created_at, updated_at)
    SELECT $2::uuid, $3, $4, $5::bigint, $6, $7, $8::timestamptz, $8::timestamptz FROM handled
    ON CONFLICT (order_id) DO NOTHING RETURNING id
  )
  INSERT INTO payment_attempts (id, payment_id, number, token, status, started_at, due_at)
  SELECT $9::uuid, id, $10::int, $11, $12, $13::timestamptz, $14::timestamptz FROM payment RETURNING id`;

/**
 * Everything here rests on `seen`, which locks both rows: if another transaction holds one of them, this waits, and
 * finds the row only if it still answers the conditions.
 */
const SETTLE_ATTEMPT = `
  WITH seen AS (
    SELECT a.id AS attempt_id, p.id AS payment_id
    FROM payments p JOIN payment_attempts a ON a.payment_id = p.id
    WHERE a.id = $1 AND a.status = $2 AND p.sequence = $3 AND p.is_order_cancelled = $4
    FOR UPDATE
  ),
  attempt AS (
    UPDATE payment_attempts SET status = $5, failure_reason = $6 FROM seen WHERE id = attempt_id
  ),
  payment AS (
    UPDATE payments SET status = $5, failure_reason = $6, updated_at = $7, sequence = sequence + 1
    FROM seen WHERE id = payment_id
  ),
  refund AS (
    INSERT INTO refunds (id, payment_id, amount_minor, currency, status, reason, created_at, due_at)
    SELECT $10::uuid, payment_id, $11::bigint, $12, $13, $14, $7, $7 FROM seen WHERE $10::uuid IS NOT NULL
  )
  ${putIntoOutbox('$8, $9::json FROM seen')}`;

const ABANDON_ATTEMPT = `
  WITH unsettled AS (
    SELECT a.id AS attempt_id, p.id AS payment_id
    FROM payments p JOIN payment_attempts a ON a.payment_id = p.id
    WHERE a.id = $1 AND a.status IN ('PENDING', 'IN_DOUBT', 'ABANDONED')
    FOR UPDATE
  ),
  attempt AS (
    UPDATE payment_attempts SET status = 'ABANDONED', due_at = $2 FROM unsettled WHERE id = attempt_id
  )
  UPDATE payments SET status = 'FAILED', failure_reason = $3, updated_at = now() FROM unsettled WHERE id = payment_id`;

export function createAttemptsStore(database: DataSource, consumer: string): AttemptsStore {
  const find = async (ids: readonly string[]): Promise<SeenAttempt[]> => {
    const rows = (await database
      .createQueryBuilder(AttemptTable, 'a')
      .innerJoinAndMapOne('a.payment', PaymentTable.options.name, 'p', 'p.id = a.payment_id')
      .where({ id: In([...ids]) })
      .getMany()) as (AttemptRow & { payment: PaymentRow })[];
    return rows.map(({ payment, ...row }) => ({ attempt: toAttempt(row), payment: toPayment(payment) }));
  };

  return {
    async openPayment(eventId, { payment, attempt }, dueAt) {
      const rows = await database.query<unknown[]>(OPEN_PAYMENT, [
        eventId,
        payment.id,
        payment.orderId,
        payment.customerId,
        payment.amount.minor,
        payment.amount.currency,
        payment.status,
        payment.createdAt,
        attempt.id,
        attempt.number,
        attempt.token,
        attempt.status,
        attempt.startedAt,
        dueAt,
        consumer,
      ]);
      return rows.length === 1;
    },

    attempt: async (id) => (await find([id]))[0],

    async settleAttempt({ attempt, payment }, { status, failureReason, at, event, refund }) {
      const rows = await database.query<unknown[]>(SETTLE_ATTEMPT, [
        attempt.id,
        attempt.status,
        payment.sequence,
        payment.isOrderCancelled,
        status,
        failureReason,
        at,
        event.aggregateId,
        JSON.stringify(event),
        refund?.id,
        refund?.amount.minor,
        refund?.amount.currency,
        refund?.status,
        refund?.reason,
      ]);
      return rows.length === 1;
    },

    async abandonAttempt(id, failureReason, dueAt) {
      await database.query(ABANDON_ATTEMPT, [id, dueAt, failureReason]);
    },

    async doubtAttempt(id, dueAt) {
      await database
        .getRepository(AttemptTable)
        .update({ id, status: In(['PENDING', 'IN_DOUBT']) }, { status: 'IN_DOUBT', dueAt });
    },

    async claimAttempts(limit, until) {
      const ids = await claimDue(database, 'payment_attempts', OPEN_ATTEMPT, limit, until);
      return ids.length > 0 ? find(ids) : [];
    },
  };
}
