import { parseEvent, type AnyEvent } from '@cartograph/events';
import type { Relayed } from '@cartograph/kit';
import type { Clock } from '@cartograph/kit/clock';
import type { Db } from 'mongodb';
import { openCollections, type OutboxEntry, type ProductDocument } from './collections.js';
import { ignoreDuplicates } from './duplicates.js';
import { ledgerDocuments, numbered, type Pending } from './ledger.js';
import type { LeaderElection } from './leader-election.js';
import { createSentEvents } from './sent-events.js';
import type { CatalogueStore, OutboxStore, ProductCache } from './store.js';

function toEvents(product: Pending & Pick<ProductDocument, 'sku'>): AnyEvent[] {
  return [...numbered(product)].map(({ entry, sequence, availableAfter }) =>
    parseEvent({
      // The entry's own id: published twice, it is the same event twice.
      id: entry.id,
      type: entry.kind === 'stock' ? 'stock.changed' : 'product.changed',
      version: 1,
      occurredAt: entry.at.toISOString(),
      aggregateId: product._id,
      sequence,
      traceparent: entry.traceparent,
      data: dataOf(product, entry, availableAfter),
    }),
  );
}

function dataOf(product: Pending & Pick<ProductDocument, 'sku'>, entry: OutboxEntry, availableAfter: number) {
  return entry.kind === 'stock'
    ? {
        productId: product._id,
        available: availableAfter,
        delta: entry.available,
        reason: entry.type.toLowerCase(),
        orderId: entry.orderId,
      }
    : {
        productId: product._id,
        sku: product.sku,
        name: entry.name,
        price: entry.price,
        isArchived: entry.isArchived,
        version: entry.version,
      };
}

const NOTHING: Relayed = { count: 0, isMoreLeft: false };

interface Deps {
  readonly database: Db;
  readonly catalogue: Pick<CatalogueStore, 'refreshGroup'>;
  readonly cache: Pick<ProductCache, 'invalidate'>;
  /** Only the leader publishes: two processes would each publish everything. */
  readonly leader: Pick<LeaderElection, 'isLeader'>;
  readonly clock: Clock;
}

/** The outbox inside the product documents. */
export function createOutboxStore({ database, catalogue, cache, leader, clock }: Deps): OutboxStore {
  const collections = openCollections(database);
  const { products, ledger } = collections;
  const isLeader = () => leader.isLeader('outbox');
  const { keep, ...sent } = createSentEvents({ collections, isLeader, clock });
  return {
    ...sent,

    async relay(publish, limit) {
      if (!(await isLeader())) return NOTHING;
      const rows = await products
        .find(
          { hasOutbox: true },
          { projection: { sku: 1, variant: 1, outbox: 1, sequence: 1, available: 1 } },
        )
        .limit(Math.max(1, limit))
        .toArray();
      if (rows.length === 0) return NOTHING;

      const entries = rows.flatMap(ledgerDocuments);
      if (entries.length > 0) {
        await ledger.insertMany(entries, { ordered: false }).catch(ignoreDuplicates);
      }
      for (const group of new Set(rows.flatMap(groupsToRefresh))) await catalogue.refreshGroup(group);
      // A consumer of these events must not find an older product in the cache. If this rejects, the entries stay.
      await cache.invalidate(rows.map(({ _id }) => _id));
      const events = rows.flatMap(toEvents);
      const marks = await publish(events, await sent.marks());
      // Before the entries go: after a crash in between, they are published again.
      if (marks?.products) await keep(events, marks.products);
      const { matchedCount } = await products.bulkWrite(
        rows.map(({ _id, sequence }) => ({
          updateOne: {
            filter: { _id, sequence },
            update: { $set: { outbox: [] }, $unset: { hasOutbox: true as const } },
          },
        })),
      );
      // Some products got new entries in the meantime. Those stay, and are published next.
      if (matchedCount < rows.length)
        await products.bulkWrite(
          rows.map(({ _id, outbox, sequence }) => ({
            updateOne: {
              filter: { _id, sequence: { $gt: sequence } },
              update: { $pull: { outbox: { id: { $in: outbox.map(({ id }) => id) } } } as never },
            },
          })),
        );
      return {
        count: rows.reduce((count, { outbox }) => count + outbox.length, 0),
        isMoreLeft: rows.length >= limit,
      };
    },

    async oldestAgeMs() {
      const rows = await products
        .find({ hasOutbox: true }, { projection: { 'outbox.at': 1 } })
        .limit(200)
        .toArray();
      const oldest = Math.min(...rows.flatMap(({ outbox }) => outbox.map(({ at }) => at.getTime())));
      return rows.length === 0 || !Number.isFinite(oldest) ? 0 : Math.max(0, clock().getTime() - oldest);
    },
  };
}

/** Groups whose list entry may have to change: a variant was written, or its stock ran out or came back, even for a moment. */
function groupsToRefresh(product: Pending & Pick<ProductDocument, 'variant'>): string[] {
  const { variant, outbox } = product;
  const isConcerned = [...numbered(product)].some(
    ({ entry, availableAfter }) =>
      entry.kind === 'product' || availableAfter > 0 !== availableAfter - entry.available > 0,
  );
  return [
    ...(variant && isConcerned ? [variant.group] : []),
    ...outbox.flatMap((entry) => (entry.kind === 'product' ? (entry.leftGroup ?? []) : [])),
  ];
}
