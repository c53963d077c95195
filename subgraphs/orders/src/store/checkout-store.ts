import { Not, type DataSource } from 'typeorm';
import type { KnownCheckout } from '../domain/checkout.js';
import { completeCheckout } from './change-order.js';
import { IS_FREE, OPEN_CHECKOUT, TAKE_INTERRUPTED_CHECKOUTS } from './queries.js';
import type { CheckoutStore, OpenCheckout } from './store.js';
import { CheckoutTable, type CheckoutRow } from './tables.js';

/** What statements return for {@link OPEN_CHECKOUT}: columns by their database names. */
interface OpenRow {
  order_id: string;
  state: OpenCheckout['state'];
  draft: NonNullable<CheckoutRow['draft']>;
  payment_token: string | null;
  lease_id: string;
  attempts: number;
  age_ms: string;
}

const toOpen = (row: OpenRow): OpenCheckout => ({
  orderId: row.order_id,
  leaseId: row.lease_id,
  state: row.state,
  draft: row.draft,
  paymentToken: row.payment_token,
  attempts: row.attempts,
  ageMs: Number(row.age_ms),
});

const now = () => 'clock_timestamp()';

interface Deps {
  readonly database: DataSource;
  readonly newId: () => string;
  /** Longer than one attempt can take. */
  readonly leaseMs: number;
}

/** Checkouts that are not placed yet. Leases run on the database's clock, the one clock that all processes share. */
export function createCheckoutStore({ database, newId, leaseMs }: Deps): CheckoutStore {
  const checkouts = database.getRepository(CheckoutTable);
  const leaseEnd = () => `clock_timestamp() + ${Number(leaseMs)} * interval '1 ms'`;
  /** A checkout that is not placed and whose lease the caller still holds. */
  const leased = ({ orderId, leaseId }: { orderId: string; leaseId: string }) => ({
    orderId,
    leaseId,
    state: Not('PLACED' as const),
  });

  return {
    findCheckout: (customerId, idempotencyKey) =>
      checkouts
        .createQueryBuilder('c')
        .select(['c.order_id AS "orderId"', 'c.input_hash AS "inputHash"', 'c.state AS state'])
        .addSelect(`NOT ${IS_FREE}`, 'isLeased')
        .where({ customerId, idempotencyKey })
        .getRawOne<KnownCheckout>(),

    async startCheckout({ draft, cartVersion, idempotencyKey, inputHash, paymentToken }) {
      const { raw } = await checkouts
        .createQueryBuilder()
        .insert()
        .values({
          orderId: draft.id,
          customerId: draft.customerId,
          idempotencyKey,
          inputHash,
          state: 'RESERVING',
          draft,
          paymentToken,
          cartId: draft.cartId,
          cartVersion,
          leaseId: newId(),
          leasedUntil: leaseEnd,
        })
        .orIgnore()
        .returning(OPEN_CHECKOUT)
        .updateEntity(false)
        .execute();
      const [row] = raw as OpenRow[];
      return row && toOpen(row);
    },

    async findOrderOfCart(cartId, cartVersion) {
      const found = await checkouts
        .createQueryBuilder('c')
        .select('c.order_id', 'orderId')
        .where({ cartId })
        .andWhere(`(c.cart_version = :cartVersion OR c.state <> 'PLACED')`, { cartVersion })
        .orderBy('c.cart_version = :cartVersion', 'DESC')
        .limit(1)
        .getRawOne<{ orderId: string }>();
      return found?.orderId;
    },

    async takeOverCheckout(orderId) {
      const { raw } = await checkouts
        .createQueryBuilder()
        .update({ leaseId: newId(), leasedUntil: leaseEnd, attempts: () => 'attempts + 1' })
        .where({ orderId, state: 'RESERVING' })
        .andWhere(IS_FREE)
        .returning(OPEN_CHECKOUT)
        .updateEntity(false)
        .execute();
      const [row] = raw as OpenRow[];
      return row && toOpen(row);
    },

    async takeInterruptedCheckouts(limit) {
      const [rows] = await database.query<[OpenRow[], number]>(TAKE_INTERRUPTED_CHECKOUTS, [
        newId(),
        leaseMs,
        limit,
      ]);
      return rows.map(toOpen);
    },

    completeCheckout: (lease, place, newNumber) => completeCheckout(database, lease, place, newNumber),

    async giveUpCheckout(lease, { keepLease = false } = {}) {
      const { affected } = await checkouts.update(leased(lease), {
        state: 'COMPENSATING',
        nextAttemptAt: now,
        ...(!keepLease && { leasedUntil: null }),
      });
      return affected === 1;
    },

    async postponeCheckout(lease, delayMs) {
      await checkouts.update(leased(lease), {
        leasedUntil: null,
        nextAttemptAt: () => `clock_timestamp() + ${Number(delayMs)} * interval '1 ms'`,
      });
    },

    hasCheckout: (orderId) => checkouts.existsBy({ orderId }),

    removeCheckout: async (lease) => (await checkouts.delete(leased(lease))).affected === 1,
  };
}
