import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { GraphClient, TestStack } from '@cartograph/testing';
import { createRandom, type Random } from '../harness/random.js';
import {
  checkOut,
  createProduct,
  fillCart,
  registerCustomer,
  type Checkout,
  type UserError,
} from '../harness/shop.js';

/** What people did to the shop, as far as it told them. */
export interface Diary {
  /** Orders that a client received in a response. */
  readonly placed: ReadonlySet<string>;
  /** Moves that were acknowledged: order and status. */
  readonly moved: readonly { readonly orderId: string; readonly status: string }[];
  /** What broke a promise to a client, as sentences. */
  readonly faults: readonly string[];
  /** Requests by what became of them: `done`, or the code of a refusal or an error. */
  readonly outcomes: ReadonlyMap<string, number>;
}

export interface Load {
  readonly diary: Diary;
  /** Resolves when everybody has finished what they were at. */
  stop(): Promise<void>;
}

const CUSTOMERS = 4;
const TOKENS = ['tok_ok', 'tok_ok', 'tok_declined', 'tok_flaky'];
/** How long a client asks again for the outcome of a checkout before that is a fault of the shop. */
const PATIENCE_MS = 120_000;

/** People who buy, pay again, call off, ship, refund and restock, and who mind no outage. */
export async function startLoad(stack: TestStack, admin: GraphClient, seed: number): Promise<Load> {
  const products = await Promise.all([200, 50, 5].map((stock) => createProduct(admin, stock)));
  const customers = await Promise.all(
    Array.from({ length: CUSTOMERS }, (_, index) => registerCustomer(stack, `Customer ${index}`)),
  );
  const placed = new Set<string>();
  const moved: { orderId: string; status: string }[] = [];
  const faults: string[] = [];
  const outcomes = new Map<string, number>();
  const count = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  let isStopping = false;

  /** One request; undefined if it failed, in which case its effect is unknown. */
  async function attempt<Result>(what: string, request: () => Promise<Result>): Promise<Result | undefined> {
    try {
      const result = await request();
      count(`${what}: answered`);
      return result;
    } catch (error) {
      count(`${what}: ${nameOf(error as Error)}`);
      return undefined;
    }
  }

  /** What a good client does: the same key until there is an answer, sometimes twice at once. */
  async function buy(customer: GraphClient, random: Random): Promise<void> {
    const quantity = 1 + random.below(3);
    await attempt('cart', () => fillCart(customer, random.pick(products), quantity));
    const key = randomUUID();
    const token = random.pick(TOKENS);
    const deadline = Date.now() + PATIENCE_MS;
    while (Date.now() < deadline) {
      const times = random() < 0.2 ? 2 : 1;
      const answers = await Promise.all(
        Array.from({ length: times }, () => attempt('checkout', () => checkOut(customer, key, token))),
      );
      const ids = new Set(answers.flatMap((answer) => answer?.order?.id ?? []));
      for (const id of ids) placed.add(id);
      if (ids.size > 1) faults.push(`One key gave the orders ${[...ids].join(' and ')}`);
      if (ids.size > 0 || answers.some(isRefused)) return;
      await delay(100 + random.below(300));
    }
    faults.push(`The checkout with key ${key} got no answer in ${PATIENCE_MS / 1000} s`);
  }

  async function move(orderId: string, status: string, request: () => Promise<{ userErrors: UserError[] }>) {
    const answer = await attempt(status, request);
    if (answer?.userErrors.length === 0) moved.push({ orderId, status });
  }

  const cancel = (client: GraphClient, id: string) =>
    move(id, 'CANCELLED', async () => {
      const { cancelOrder } = await client.expectData<{ cancelOrder: { userErrors: UserError[] } }>(
        'mutation ($id: ID!) { cancelOrder(input: { orderId: $id, reason: "Not needed any more" }) { userErrors { code message } } }',
        { id },
      );
      return cancelOrder;
    });
  const advance = (id: string, status: string) =>
    move(id, status, async () => {
      const { updateOrderStatus } = await admin.expectData<{
        updateOrderStatus: { userErrors: UserError[] };
      }>(
        'mutation ($id: ID!, $status: OrderStatus!) { updateOrderStatus(input: { orderId: $id, status: $status }) { userErrors { code message } } }',
        { id, status },
      );
      return updateOrderStatus;
    });

  async function look(client: GraphClient, id: string) {
    const data = await attempt('look', () =>
      client.expectData<{
        order: { status: string; payment: { id: string; status: string } | null } | null;
      }>('query ($id: ID!) { order(id: $id) { status payment { id status } } }', { id }),
    );
    return data?.order ?? undefined;
  }

  async function beCustomer(customer: GraphClient, random: Random): Promise<void> {
    const chance = random();
    const mine = await ownOrders(customer, attempt);
    if (chance < 0.65 || mine.length === 0) return buy(customer, random);
    const id = random.pick(mine);
    if (chance < 0.8) return cancel(customer, id);
    const payment = (await look(customer, id))?.payment;
    if (payment?.status !== 'FAILED') return;
    await attempt('retry', () =>
      customer.expectData(
        'mutation ($input: RetryPaymentInput!) { retryPayment(input: $input) { userErrors { code } } }',
        { input: { paymentId: payment.id, paymentToken: random.pick(TOKENS) } },
      ),
    );
  }

  async function beStaff(random: Random): Promise<void> {
    if (random() < 0.1) {
      const input = { productId: random.pick(products), delta: 1 + random.below(20), reason: 'Delivery' };
      await attempt('restock', () =>
        admin.expectData(
          'mutation ($input: AdjustStockInput!) { adjustStock(input: $input) { userErrors { code } } }',
          { input },
        ),
      );
      return;
    }
    if (placed.size === 0) return;
    const id = random.pick([...placed]);
    const order = await look(admin, id);
    if (order?.payment && random() < 0.1) {
      const { payment } = order;
      await attempt('refund', () =>
        admin.expectData(
          'mutation ($id: ID!) { refundPayment(input: { paymentId: $id, reason: "Goodwill" }) { userErrors { code } } }',
          { id: payment.id },
        ),
      );
    } else if (order?.status === 'PROCESSING') await advance(id, random() < 0.85 ? 'SHIPPED' : 'CANCELLED');
    else if (order?.status === 'SHIPPED') await advance(id, 'DELIVERED');
    else if (order?.status === 'PENDING' && random() < 0.1) await advance(id, 'PROCESSING');
  }

  async function live(act: () => Promise<void>, random: Random): Promise<void> {
    while (!isStopping) {
      await act();
      await delay(random.below(250));
    }
  }

  const people = [
    ...customers.map((customer, index) => {
      const random = createRandom(seed + index);
      return live(() => beCustomer(customer, random), random);
    }),
    ...[100, 101].map((offset) => {
      const random = createRandom(seed + offset);
      return live(() => beStaff(random), random);
    }),
  ];
  const everybody = Promise.all(people);
  // `stop` reports it; until then Node must not treat it as an unhandled rejection.
  everybody.catch(() => {});
  return {
    diary: { placed, moved, faults, outcomes },
    async stop() {
      isStopping = true;
      await everybody;
    },
  };
}

type Attempt = <Result>(what: string, request: () => Promise<Result>) => Promise<Result | undefined>;

async function ownOrders(customer: GraphClient, attempt: Attempt): Promise<string[]> {
  const data = await attempt('list', () =>
    customer.expectData<{ me: { orders: { nodes: { id: string }[] } } }>(
      '{ me { orders(first: 20) { nodes { id } } } }',
    ),
  );
  return data?.me.orders.nodes.map(({ id }) => id) ?? [];
}

/** A refusal for good; the others only ask for patience. */
const isRefused = (answer: Checkout | undefined) =>
  answer !== undefined && answer.userErrors.some(({ code }) => code !== 'REQUEST_IN_PROGRESS');

/** The code of a GraphQL error, or what kept the request from its answer. */
function nameOf(error: Error): string {
  return (
    /"code":"(\w+)"/.exec(error.message)?.[1] ??
    (error.cause as { code?: string } | undefined)?.code ??
    error.name
  );
}
