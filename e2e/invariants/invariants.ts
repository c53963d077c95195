import { setTimeout as delay } from 'node:timers/promises';
import type { GraphClient, TestStack } from '@cartograph/testing';
import { findApiFaults } from './api.js';
import { openBooks } from './books.js';
import type { Evidence } from './evidence.js';
import { explainOrders } from './explain.js';
import { findDeliveryFaults, findMailFaults } from './notifications.js';
import { findCartFaults, findHistoryFaults, findReservationFaults } from './orders.js';
import { findPaymentFaults } from './payments.js';
import { findCouponFaults, findTotalFaults } from './prices.js';
import { findUnderWay } from './under-way.js';
import { startWitness } from './witness.js';

export interface Judgement {
  /** What breaks an invariant of docs/architecture.md, as sentences. */
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
  /**
   * Judges a shop at rest.
   * @param staff reads what the API shows; without it the API is not asked
   * @param findMore judges other evidence, such as webhook deliveries that were received
   */
  judge(staff?: GraphClient, findMore?: (evidence: Evidence) => string[]): Promise<Judgement>;
  close(): Promise<void>;
}

/**
 * How long an idle shop may go on changing. In a long run orders have one minute to be paid, and unpaid ones end one by one
 * during that minute.
 */
const MOVES_MS = 180_000;

/** Start it with the shop, before the first order: on RabbitMQ it hears only what comes from then on. */
export async function inspectShop(stack: TestStack): Promise<Inspector> {
  const witness = await startWitness(stack);
  const books = openBooks(stack);
  const gather = async (): Promise<Evidence> => ({
    ...(await books.read()),
    events: new Map(witness.events),
    heardSince: witness.since,
  });

  async function judgeBy(
    evidence: Evidence,
    staff: GraphClient | undefined,
    findMore: (evidence: Evidence) => string[] = () => [],
  ): Promise<Judgement> {
    const { explained, faults: unexplained } = explainOrders(evidence);
    const forged = [...witness.forged].map((id) => `Different events were published as ${id}`);
    const faults = [
      ...(await books.auditStock()).map((line) => `Stock: ${line}`),
      ...findUnderWay(evidence),
      ...(await witness.deadLetters()),
      ...forged,
      ...findHistoryFaults(evidence),
      ...findReservationFaults(evidence),
      ...findCartFaults(evidence),
      ...findPaymentFaults(evidence),
      ...findTotalFaults(evidence),
      ...findCouponFaults(evidence),
      ...findMailFaults(evidence),
      ...findDeliveryFaults(evidence),
      ...unexplained,
      ...findMore(evidence),
      ...(staff ? await findApiFaults(staff, evidence) : []),
    ];
    return { faults, explained, evidence };
  }

  const inspector: Inspector = {
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

    async judge(staff, findMore) {
      const deadline = Date.now() + MOVES_MS;
      for (;;) {
        const evidence = await gather();
        const judgement = await judgeBy(evidence, staff, findMore);
        // An idle shop still changes when the time to pay for an order ends. Evidence read before and after such a change
        // does not match, so it is judged again.
        const hasMoved = fingerprint(await gather()) !== fingerprint(evidence);
        if (!hasMoved || judgement.faults.length === 0 || Date.now() > deadline) return judgement;
        await inspector.untilAtRest();
      }
    },

    async close() {
      await witness.close();
      await books.close();
    },
  };
  return inspector;
}

const fingerprint = ({ orders, events, history, ledger, notifications, deliveries }: Evidence) =>
  [orders, events, history, ledger, notifications, deliveries]
    .map((rows) => ('size' in rows ? rows.size : rows.length))
    .join(' ');
