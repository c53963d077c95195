import { parseEvent, type AnyEvent } from '@cartograph/events';
import type { Relayed } from '@cartograph/kit';
import {
  ignoreDuplicates,
  type Collections,
  type LedgerDocument,
  type OutboxEntry,
  type ProductDocument,
} from './collections.js';
import type { OutboxStore } from './store.js';

type Pending = Pick<ProductDocument, '_id' | 'outbox' | 'sequence' | 'available'>;

/**
 * Each entry with its sequence and what could be bought after it. Entries lie in the order they happened and the
 * product's own numbers stand after the last one, so both follow by counting back.
 */
function* numbered({ outbox, sequence, available }: Pending) {
  let availableAfter = available;
  const after = outbox
    .toReversed()
    .map((entry) => {
      const result = availableAfter;
      if (entry.kind === 'stock') availableAfter -= entry.available;
      return result;
    })
    .reverse();
  for (const [index, entry] of outbox.entries()) {
    yield { entry, sequence: sequence - (outbox.length - 1 - index), availableAfter: after[index]! };
  }
}

/** A product's stock entries that may not be in the ledger yet, as the ledger keeps them. */
export function ledgerDocuments(product: Pending): LedgerDocument[] {
  return [...numbered(product)].flatMap(({ entry, sequence, availableAfter }) =>
    entry.kind === 'stock'
      ? [
          {
            _id: entry.id,
            productId: product._id,
            sequence,
            type: entry.type,
            available: entry.available,
            reserved: entry.reserved,
            sold: entry.sold,
            availableAfter,
            orderId: entry.orderId,
            reason: entry.reason,
            at: entry.at,
          },
        ]
      : [],
  );
}

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

export interface MongoOutboxOptions {
  /**
   * Called with the products whose entries are about to be published, so that who hears of them finds nothing older in a
   * cache; entries stay if it rejects.
   */
  readonly beforePublish: (products: readonly { id: string; sku: string }[]) => Promise<void>;
  /** Groups of variants whose list entry may have to change. */
  readonly refreshGroup: (group: string) => Promise<void>;
  /** Whether this process is the one to relay now: with two, each would publish everything. */
  readonly isMine: () => Promise<boolean>;
}

export function createMongoOutbox(
  { products, ledger }: Collections,
  options: MongoOutboxOptions,
): OutboxStore {
  return {
    async relay(publish, limit) {
      if (!(await options.isMine())) return NOTHING;
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
      for (const group of new Set(rows.flatMap(groupsMovedBy))) await options.refreshGroup(group);
      await options.beforePublish(rows.map(({ _id, sku }) => ({ id: _id, sku })));
      await publish(rows.flatMap(toEvents));
      const { matchedCount } = await products.bulkWrite(
        rows.map(({ _id, sequence }) => ({
          updateOne: {
            filter: { _id, sequence },
            update: { $set: { outbox: [] }, $unset: { hasOutbox: true as const } },
          },
        })),
      );
      // To some, something was added meanwhile: that stays, and is relayed next.
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
      return rows.length === 0 || !Number.isFinite(oldest) ? 0 : Math.max(0, Date.now() - oldest);
    },
  };
}

/** Written changes move a group; of stock only what makes a variant run out or come back. */
function groupsMovedBy({ variant, outbox, available }: Pending & Pick<ProductDocument, 'variant'>): string[] {
  const before =
    available - outbox.reduce((sum, entry) => sum + (entry.kind === 'stock' ? entry.available : 0), 0);
  const moves = outbox.some(({ kind }) => kind === 'product') || before > 0 !== available > 0;
  return [
    ...(variant && moves ? [variant.group] : []),
    ...outbox.flatMap((entry) => (entry.kind === 'product' ? (entry.leftGroup ?? []) : [])),
  ];
}
