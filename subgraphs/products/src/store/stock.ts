import { currentContext } from '@cartograph/kit';
import type { UpdateFilter } from 'mongodb';
import type { Hold } from '../domain/stock/hold.js';
import { sumChanges, type StockEntry } from '../domain/stock/stock.js';
import type { Collections, HoldDocument, LedgerDocument, ProductDocument } from './collections.js';
import { ignoreDuplicates, isDuplicateKey } from './duplicates.js';
import { ledgerDocuments } from './ledger.js';
import { PRODUCT_PROJECTION, stockOutboxEntry, toProduct, type ProductRow } from './product-document.js';
import type { StockAuditRow, StockStore } from './store.js';

const toHold = ({ _id, ...hold }: HoldDocument): Hold => ({ ...hold, orderId: _id });

/** The ids of recent adjustments are kept in the product, so that a repeated request is recognised; older ones are in the ledger. */
const KEPT_ADJUSTMENTS = 10;

/** What every stock change writes, besides its own condition: three numbers, and the entry that says why. */
function changeOf(
  entry: StockEntry,
  extra: { $push?: object; $pull?: object } = {},
): UpdateFilter<ProductDocument> {
  return {
    $inc: { available: entry.available, reserved: entry.reserved, sold: entry.sold, sequence: 1 },
    $set: { hasOutbox: true },
    $push: { outbox: stockOutboxEntry(entry, currentContext()?.traceparent ?? null), ...extra.$push },
    ...(extra.$pull && { $pull: extra.$pull }),
  } as unknown as UpdateFilter<ProductDocument>;
}

/** Stock in MongoDB. Each change is one conditional update of one product, including its ledger entry. */
export function createStockStore({ products, holds, ledger }: Collections): StockStore {
  /** The ledger lags behind by the entries that products still hold, so these are copied before it is read. */
  async function copyPending(productId: string): Promise<void> {
    const product = await products.findOne(
      { _id: productId, hasOutbox: true },
      { projection: { outbox: 1, sequence: 1, available: 1 } },
    );
    if (!product) return;
    const documents = ledgerDocuments(product);
    if (documents.length > 0) await ledger.insertMany(documents, { ordered: false }).catch(ignoreDuplicates);
  }

  return {
    async adjust(productId, entry, max, expected) {
      const row = await products.findOneAndUpdate(
        {
          _id: productId,
          available: {
            $gte: Math.max(0, -entry.available),
            $lte: max - entry.available,
            ...(expected !== undefined && { $eq: expected }),
          },
          lastAdjustments: { $ne: entry.id },
        },
        changeOf(entry, { $push: { lastAdjustments: { $each: [entry.id], $slice: -KEPT_ADJUSTMENTS } } }),
        { returnDocument: 'after', projection: PRODUCT_PROJECTION },
      );
      if (row) return toProduct(row as ProductRow);
      return (await products.countDocuments({ _id: productId }, { limit: 1 })) === 1 ? false : undefined;
    },

    async take(entry, { productId, quantity }, orderId) {
      const { matchedCount } = await products.updateOne(
        {
          _id: productId,
          isArchived: false,
          available: { $gte: quantity },
          'reservations.orderId': { $ne: orderId },
        },
        changeOf(entry, { $push: { reservations: { orderId, quantity, at: entry.at } } }),
      );
      if (matchedCount === 1) return 'taken';
      const held = await products.countDocuments(
        { _id: productId, 'reservations.orderId': orderId },
        { limit: 1 },
      );
      return held === 1 ? 'held' : 'short';
    },

    async settle(entry, { productId, quantity }, orderId) {
      const { matchedCount } = await products.updateOne(
        { _id: productId, reservations: { $elemMatch: { orderId, quantity } } },
        changeOf(entry, { $pull: { reservations: { orderId } } }),
      );
      return matchedCount === 1;
    },

    async availability(productIds) {
      const rows = await products
        .find({ _id: { $in: productIds }, isArchived: false }, { projection: { available: 1 } })
        .toArray();
      const found = new Map(rows.map(({ _id, available }) => [_id, available]));
      return new Map(productIds.map((id) => [id, found.get(id) ?? 0]));
    },

    async findHold(orderId) {
      const row = await holds.findOne({ _id: orderId });
      return row ? toHold(row) : undefined;
    },

    async insertHold({ orderId, ...hold }) {
      return holds.insertOne({ _id: orderId, ...hold }).then(
        () => true,
        (error: unknown) => {
          if (isDuplicateKey(error)) return false;
          throw error;
        },
      );
    },

    async moveHold({ orderId, revision }, changes) {
      const row = await holds.findOneAndUpdate(
        { _id: orderId, revision },
        { $set: changes, $inc: { revision: 1 } } as unknown as UpdateFilter<HoldDocument>,
        { returnDocument: 'after' },
      );
      return row ? toHold(row as HoldDocument) : undefined;
    },

    async keepHold(orderId, items, now) {
      const { matchedCount } = await holds.updateOne(
        // `mergeItems` wrote both, so equal items are equal documents.
        { _id: orderId, state: 'RESERVED', items: { $eq: items } },
        { $set: { expiresAt: null, updatedAt: now }, $inc: { revision: 1 } },
      );
      return matchedCount === 1;
    },

    async dueHolds(states, now, limit) {
      // Null is never less than a date, so a hold that does not expire is never due.
      const rows = await holds
        .find({ state: { $in: states }, expiresAt: { $lte: now } })
        .sort({ expiresAt: 1 })
        .limit(limit)
        .toArray();
      return rows.map(toHold);
    },

    async findHolds(orderIds) {
      const rows = await holds.find({ _id: { $in: orderIds } }).toArray();
      return new Map(rows.map((row) => [row._id, toHold(row)]));
    },

    async *oldReservations(before) {
      const rows = products.find(
        { 'reservations.at': { $lte: before } },
        { projection: { reservations: 1 } },
      );
      for await (const { _id, reservations } of rows) {
        for (const { orderId, quantity, at } of reservations)
          if (at <= before) yield { productId: _id, orderId, quantity };
      }
    },

    async ledger(productId, before, limit) {
      await copyPending(productId);
      const rows = await ledger
        .find({ productId, ...(before !== undefined && { sequence: { $lt: before } }) })
        .sort({ sequence: -1 })
        .limit(limit)
        .toArray();
      return rows.map(({ _id, ...entry }) => ({ ...entry, id: _id }));
    },

    async findEntry(productId, entryId) {
      await copyPending(productId);
      const row = await ledger.findOne({ _id: entryId, productId });
      if (!row) return undefined;
      const { _id, ...entry } = row;
      return { ...entry, id: _id };
    },

    async countLedger(productId) {
      await copyPending(productId);
      return ledger.countDocuments({ productId });
    },

    async *auditRows(productIds) {
      const rows = products
        .find(productIds ? { _id: { $in: productIds } } : {}, {
          projection: { sku: 1, available: 1, reserved: 1, sold: 1, reservations: 1, outbox: 1, sequence: 1 },
        })
        .sort({ _id: 1 });
      let batch: ProductDocument[] = [];
      for await (const row of rows) {
        batch.push(row);
        if (batch.length < 500) continue;
        yield* await auditBatch(batch);
        batch = [];
      }
      yield* await auditBatch(batch);
    },
  };

  async function auditBatch(rows: readonly ProductDocument[]): Promise<StockAuditRow[]> {
    const written = await ledger.find({ productId: { $in: rows.map(({ _id }) => _id) } }).toArray();
    const byProduct = new Map<string, Map<string, LedgerDocument>>(rows.map(({ _id }) => [_id, new Map()]));
    for (const row of rows)
      for (const entry of ledgerDocuments(row)) byProduct.get(row._id)!.set(entry._id, entry);
    for (const entry of written) byProduct.get(entry.productId)!.set(entry._id, entry);
    return rows.map((row) => {
      // Entries written after the product was read are not part of this comparison.
      const entries = [...byProduct.get(row._id)!.values()].filter(
        ({ sequence }) => sequence <= row.sequence,
      );
      return {
        productId: row._id,
        sku: row.sku,
        actual: { available: row.available, reserved: row.reserved, sold: row.sold },
        ledger: sumChanges(entries),
        put: entries.reduce(
          (sum, { type, available }) => sum + (type === 'INITIAL' || type === 'ADJUSTMENT' ? available : 0),
          0,
        ),
        held: row.reservations.reduce((sum, { quantity }) => sum + quantity, 0),
        orders: row.reservations.map(({ orderId, quantity }) => ({ orderId, quantity })),
        sequence: row.sequence,
      };
    });
  }
}
