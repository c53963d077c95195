import { setTimeout as delay } from 'node:timers/promises';
import type { GraphClient, TestStack } from '@cartograph/testing';
import { openBooks } from './books.js';
import type { Evidence } from './evidence.js';
import { explainOrders } from './explain.js';
import { findDeliveryFaults, findMailFaults } from './notifications.js';
import { findHistoryFaults, findReservationFaults } from './orders.js';
import { findPaymentFaults } from './payments.js';
import { findUnderWay } from './under-way.js';
import { startWitness } from './witness.js';

export interface Judgement {
  /** What breaks an invariant of DESIGN §3, as sentences. */
  readonly faults: readonly string[];
  /** How many orders there are of each explanation. */
  readonly explained: ReadonlyMap<string, number>;
  readonly evidence: Evidence;
}

/** Watches a shop from the outside and judges it: from its stores, its bus, its mail and its API. */
export interface Inspector {
  /**
   * Waits until nothing is under way any more.
   * @throws after `timeoutMs`, naming what still is
   */
  untilAtRest(options?: { readonly timeoutMs?: number }): Promise<Evidence>;
  /** Judges a shop at rest. `staff` reads what the API shows; without it the API is not asked. */
  judge(staff?: GraphClient): Promise<Judgement>;
  close(): Promise<void>;
}

/** Start it with the shop, before the first order: on RabbitMQ it hears only what comes from then on. */
export async function inspectShop(stack: TestStack): Promise<Inspector> {
  const witness = await startWitness(stack);
  const books = openBooks(stack);
  const gather = async (): Promise<Evidence> => ({
    ...(await books.read()),
    events: new Map(witness.events),
    heardSince: witness.since,
  });

  return {
    async untilAtRest({ timeoutMs = 120_000 } = {}) {
      const deadline = Date.now() + timeoutMs;
      let before: string | undefined;
      for (;;) {
        const evidence = await gather().catch((error: unknown) => error as Error);
        const sentences = evidence instanceof Error ? [evidence.message] : findUnderWay(evidence);
        if (!(evidence instanceof Error) && sentences.length === 0) {
          // The stores are read one after the other, and something may pass between them: twice the same is rest.
          const now = fingerprint(evidence);
          if (now === before) return evidence;
          before = now;
        } else before = undefined;
        if (Date.now() > deadline) {
          const given = await witness.deadLetters().catch(() => []);
          const all = [...given, ...sentences];
          const more = all.length > 20 ? `\nand ${all.length - 20} more` : '';
          throw new Error(
            `After ${timeoutMs / 1000} s the shop is not at rest:\n${all.slice(0, 20).join('\n')}${more}`,
          );
        }
        await delay(150);
      }
    },

    async judge(staff) {
      const evidence = await gather();
      const { explained, faults: unexplained } = explainOrders(evidence);
      const forged = [...witness.forged].map((id) => `Different events were published as ${id}`);
      const faults = [
        ...(await books.auditStock()).map((line) => `Stock: ${line}`),
        ...findUnderWay(evidence),
        ...(await witness.deadLetters()),
        ...forged,
        ...findHistoryFaults(evidence),
        ...findReservationFaults(evidence),
        ...findPaymentFaults(evidence),
        ...findMailFaults(evidence),
        ...findDeliveryFaults(evidence),
        ...unexplained,
        ...(staff ? await findApiFaults(staff, evidence) : []),
      ];
      return { faults, explained, evidence };
    },

    async close() {
      await witness.close();
      await books.close();
    },
  };
}

const fingerprint = ({ orders, events, history, ledger, notifications, deliveries }: Evidence) =>
  [orders, events, history, ledger, notifications, deliveries]
    .map((rows) => ('size' in rows ? rows.size : rows.length))
    .join(' ');

interface OrdersPage {
  readonly orders: {
    readonly nodes: readonly {
      readonly id: string;
      readonly status: string;
      readonly payment: { readonly status: string } | null;
      readonly history: readonly { readonly type: string }[];
    }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

/** What staff see through the gateway is what the stores hold. */
async function findApiFaults(staff: GraphClient, { orders, payments, history }: Evidence): Promise<string[]> {
  const shown = new Map<string, string>();
  for (let after: string | null = null; ;) {
    const page: OrdersPage = await staff.expectData<OrdersPage>(
      `query ($after: String) { orders(first: 100, after: $after) {
        nodes { id status payment { status } history { type } } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    for (const order of page.orders.nodes)
      shown.set(
        order.id,
        [order.status, order.payment?.status, ...order.history.map(({ type }) => type)].join(' '),
      );
    if (!page.orders.pageInfo.hasNextPage) break;
    after = page.orders.pageInfo.endCursor;
  }
  const byOrder = new Map(payments.map(({ order_id, status }) => [order_id, status]));
  const faults = orders.flatMap(({ id, status }) => {
    const kept = [status, byOrder.get(id), ...(history.get(id) ?? []).map(({ type }) => type)].join(' ');
    return shown.get(id) === kept ? [] : [`The API shows order ${id} as ${shown.get(id)}, it is ${kept}`];
  });
  if (shown.size !== orders.length) faults.push(`The API shows ${shown.size} orders of ${orders.length}`);
  return faults;
}
