import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TestStack } from '@cartograph/testing';
import { Redis } from 'ioredis';
import { MongoClient, type Document } from 'mongodb';
import pg from 'pg';
import { groupBy } from './group-by.js';

const auditProgram = fileURLToPath(
  new URL('../../subgraphs/products/dist/cli/stock-audit.js', import.meta.url),
);

export interface OrderRow {
  readonly id: string;
  readonly number: string;
  readonly customer_id: string;
  readonly status: string;
  readonly items: readonly {
    readonly productId: string;
    readonly quantity: number;
    readonly unitPrice: { readonly minor: number };
  }[];
  readonly discounts: readonly { readonly code: string; readonly amount: { readonly minor: number } }[];
  readonly total_minor: number;
  readonly sequence: number;
  readonly is_overdue: boolean;
}
export interface HistoryRow {
  readonly order_id: string;
  readonly type: string;
  readonly status: string;
  readonly previous_status: string | null;
  readonly actor_type: string;
  readonly note: string | null;
}
export interface PaymentRow {
  readonly id: string;
  readonly order_id: string;
  readonly amount_minor: number;
  readonly status: string;
  readonly failure_reason: string | null;
}
export interface AttemptRow {
  readonly id: string;
  readonly payment_id: string;
  readonly status: string;
}
export interface RefundRow {
  readonly id: string;
  readonly payment_id: string;
  readonly amount_minor: number;
  readonly status: string;
}
/** The provider's own books: a charge's key is its attempt's id, a refund's key the refund's. */
export interface ChargeRow {
  readonly key: string;
  readonly amount_minor: number;
  readonly status: string;
}
export interface ProviderRefundRow {
  readonly key: string;
  readonly charge_key: string;
  readonly amount_minor: number;
}
export interface CouponRow {
  readonly id: string;
  readonly code: string;
  readonly usage_limit: number | null;
  readonly usage_limit_per_customer: number | null;
  readonly times_redeemed: number;
}
/** An order that uses a coupon now. */
export interface RedemptionRow {
  readonly order_id: string;
  readonly coupon_id: string;
  readonly customer_id: string;
}
export interface NotificationRow {
  readonly id: string;
  readonly event_id: string;
  readonly kind: string;
  readonly status: string;
}
export interface WebhookRow {
  readonly id: string;
  readonly url: string;
  readonly event_types: readonly string[];
  readonly created_at: Date;
}
export interface DeliveryRow {
  readonly webhook_id: string;
  readonly event_id: string;
  readonly status: string;
  readonly attempts: number;
  readonly due_at: Date | null;
}
export interface HoldRow {
  readonly _id: string;
  readonly state: string;
  readonly items: readonly { readonly productId: string; readonly quantity: number }[];
  readonly releaseReason: string | null;
}
export interface LedgerRow {
  readonly productId: string;
  readonly orderId: string | null;
  readonly type: string;
  readonly available: number;
  readonly reserved: number;
  readonly sold: number;
  readonly availableAfter: number;
}

/** All that the stores say, read one after the other: it fits together only while the shop is at rest. */
export interface Books {
  readonly orders: readonly OrderRow[];
  /** By order, oldest entry first. */
  readonly history: ReadonlyMap<string, readonly HistoryRow[]>;
  /** Checkouts that are neither placed nor undone. */
  readonly openCheckouts: readonly { readonly order_id: string; readonly state: string }[];
  /** Which version of which cart each order was made of. */
  readonly orderedCarts: readonly {
    readonly order_id: string;
    readonly cart_id: string;
    readonly cart_version: string;
  }[];
  readonly payments: readonly PaymentRow[];
  readonly attempts: readonly AttemptRow[];
  readonly refunds: readonly RefundRow[];
  readonly charges: readonly ChargeRow[];
  readonly providerRefunds: readonly ProviderRefundRow[];
  readonly coupons: readonly CouponRow[];
  readonly redemptions: readonly RedemptionRow[];
  readonly notifications: readonly NotificationRow[];
  readonly webhooks: readonly WebhookRow[];
  readonly deliveries: readonly DeliveryRow[];
  /** Names of the files, without `.eml`. */
  readonly mails: ReadonlySet<string>;
  readonly holds: ReadonlyMap<string, HoldRow>;
  readonly ledger: readonly LedgerRow[];
  /** By service: events that wait to be published. */
  readonly outboxes: ReadonlyMap<string, number>;
  /** By consumer: ids of the events it has noted as handled; for cart, of the orders it has taken out of their carts. */
  readonly handled: ReadonlyMap<string, ReadonlySet<string>>;
}

const DATABASES = {
  users: 'USERS_DATABASE_URL',
  orders: 'ORDERS_DATABASE_URL',
  payments: 'PAYMENTS_DATABASE_URL',
  notifications: 'NOTIFICATIONS_DATABASE_URL',
  pricing: 'PRICING_DATABASE_URL',
} as const;
type Database = keyof typeof DATABASES;

export interface Bookkeeper {
  read(): Promise<Books>;
  /** What `npm run stock:audit` finds wrong, a line each; it judges alone whether stock is conserved. */
  auditStock(): Promise<string[]>;
  close(): Promise<void>;
}

// Counts and amounts of a test stay far below 2⁵³.
const types = {
  getTypeParser: (id: number, format?: 'text' | 'binary') =>
    id === 20 ? Number : (pg.types.getTypeParser(id, format as 'text') as (value: string) => unknown),
} as pg.CustomTypesConfig;

/** Reads the stores themselves, past the services. They must be up. */
export function openBooks(stack: TestStack): Bookkeeper {
  const pools = new Map(
    (Object.keys(DATABASES) as Database[]).map((name) => {
      const pool = new pg.Pool({
        connectionString: stack.storeUrl(name, DATABASES[name]),
        max: 2,
        types,
      });
      // A killed server breaks idle connections; the next query gets a new one.
      pool.on('error', () => {});
      return [name, pool] as const;
    }),
  );
  const mongoUrl = stack.storeUrl('products', 'MONGODB_URL');
  const mongo = new MongoClient(mongoUrl, { serverSelectionTimeoutMS: 5_000 });
  const redis = new Redis(stack.storeUrl('cart', 'REDIS_URL'), { maxRetriesPerRequest: 2 });
  redis.on('error', () => {});

  const rows = async <Row>(database: Database, sql: string) =>
    (await pools.get(database)!.query(sql)).rows as Row[];
  const documents = <Row>(name: string, filter: Document = {}) =>
    mongo.db().collection(name).find(filter).toArray() as Promise<unknown> as Promise<Row[]>;
  const count = async (database: Database) =>
    (await rows<{ count: number }>(database, 'SELECT count(*) FROM outbox'))[0]!.count;
  const handledBy = async (database: Database) =>
    new Set(
      (await rows<{ event_id: string }>(database, 'SELECT event_id FROM processed_events')).map(
        ({ event_id }) => event_id,
      ),
    );

  /** The orders for which cart keeps a mark: it has taken them out of their carts. */
  async function takenOutByCart(): Promise<Set<string>> {
    const ids = new Set<string>();
    for await (const keys of redis.scanStream({ match: 'cart:*:handled:order:*', count: 1_000 }))
      for (const key of keys as string[]) ids.add(key.slice(key.lastIndexOf(':') + 1));
    return ids;
  }

  return {
    async read() {
      const history = groupBy(
        await rows<HistoryRow>(
          'orders',
          'SELECT order_id, type, status, previous_status, actor_type, note FROM order_events ORDER BY cursor',
        ),
        ({ order_id }) => order_id,
      );
      const mailDir = stack.environment('notifications')['MAIL_DIR']!;
      const waiting = await mongo.db().collection('products').countDocuments({ hasOutbox: true });
      return {
        orders: await rows(
          'orders',
          `SELECT id, number, customer_id, status, items, discounts, total_minor, sequence,
             status = 'PENDING' AND reserved_until <= now() AS is_overdue FROM orders`,
        ),
        history,
        openCheckouts: await rows('orders', `SELECT order_id, state FROM checkouts WHERE state <> 'PLACED'`),
        orderedCarts: await rows(
          'orders',
          `SELECT order_id, cart_id, cart_version FROM checkouts WHERE state = 'PLACED' AND cart_id IS NOT NULL`,
        ),
        payments: await rows(
          'payments',
          'SELECT id, order_id, amount_minor, status, failure_reason FROM payments',
        ),
        attempts: await rows('payments', 'SELECT id, payment_id, status FROM payment_attempts'),
        refunds: await rows('payments', 'SELECT id, payment_id, amount_minor, status FROM refunds'),
        charges: await rows('payments', 'SELECT key, amount_minor, status FROM provider.charges'),
        providerRefunds: await rows('payments', 'SELECT key, charge_key, amount_minor FROM provider.refunds'),
        coupons: await rows(
          'pricing',
          'SELECT id, code, usage_limit, usage_limit_per_customer, times_redeemed FROM coupons',
        ),
        redemptions: await rows(
          'pricing',
          'SELECT order_id, coupon_id, customer_id FROM redemptions WHERE NOT is_given_back',
        ),
        notifications: await rows('notifications', 'SELECT id, event_id, kind, status FROM notifications'),
        webhooks: await rows('notifications', 'SELECT id, url, event_types, created_at FROM webhooks'),
        deliveries: await rows(
          'notifications',
          'SELECT webhook_id, event_id, status, attempts, due_at FROM webhook_deliveries',
        ),
        mails: new Set(
          existsSync(mailDir)
            ? readdirSync(mailDir)
                .filter((name) => name.endsWith('.eml'))
                .map((name) => name.slice(0, -'.eml'.length))
            : [],
        ),
        holds: new Map((await documents<HoldRow>('stock_holds')).map((hold) => [hold._id, hold])),
        ledger: await documents<LedgerRow>('stock_ledger', { orderId: { $ne: null } }),
        outboxes: new Map([
          ['users', await count('users')],
          ['orders', await count('orders')],
          ['payments', await count('payments')],
          ['notifications', await count('notifications')],
          ['products', waiting],
        ]),
        handled: new Map([
          ['orders', await handledBy('orders')],
          ['payments', await handledBy('payments')],
          ['notifications', await handledBy('notifications')],
          ['cart', await takenOutByCart()],
        ]),
      };
    },
    auditStock: () =>
      new Promise((resolve, reject) => {
        const env = { PATH: process.env['PATH'], MONGODB_URL: mongoUrl };
        execFile(process.execPath, [auditProgram], { env }, (error, stdout, stderr) => {
          if (!error) resolve([]);
          else if (stdout.includes('not conserved')) resolve(stdout.trimEnd().split('\n'));
          else reject(new Error(`The stock audit failed: ${stderr || error.message}`));
        });
      }),
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.end()));
      await mongo.close();
      redis.disconnect();
    },
  };
}
