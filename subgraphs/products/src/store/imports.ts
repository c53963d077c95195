import type { Clock } from '@cartograph/kit/clock';
import type { CatalogueRow } from '../domain/import/catalogue-columns.js';
import { rowEntries, writtenRow } from '../domain/import/catalogue-row.js';
import type { Collections, ImportRowDocument } from './collections.js';
import type { ImportStore } from './store.js';

const BATCH = 500;

export function createImportStore(
  { imports, importRows }: Pick<Collections, 'imports' | 'importRows'>,
  { clock }: { readonly clock: Clock },
): ImportStore {
  const until = (leaseMs: number) => new Date(clock().getTime() + leaseMs);

  async function discard(importId: string): Promise<void> {
    await importRows.deleteMany({ importId });
  }

  return {
    async stage(importId, all, leaseMs) {
      await imports.insertOne({
        _id: importId,
        rows: all.length,
        isStaged: false,
        until: until(leaseMs),
      });
      for (let start = 0; start < all.length; start += BATCH) {
        const rows = all
          .slice(start, start + BATCH)
          // In the file's order: the number is padded so that it sorts as text.
          .map((row, index) => ({
            _id: `${importId}:${String(start + index).padStart(9, '0')}`,
            importId,
            row: rowEntries(row),
          }));
        await importRows.insertMany(rows);
        await imports.updateOne({ _id: importId }, { $set: { until: until(leaseMs) } });
      }
      const { matchedCount } = await imports.updateOne(
        { _id: importId, isStaged: false },
        { $set: { isStaged: true, until: until(leaseMs) } },
      );
      if (matchedCount === 1) return;
      await discard(importId);
      throw new Error('The rows took too long to reach the store, so the import was abandoned.');
    },
    async takeStale(leaseMs) {
      for (;;) {
        const stale = await imports.findOneAndUpdate(
          { until: { $lt: clock() } },
          { $set: { until: until(leaseMs) } },
        );
        if (stale?.isStaged !== false) return stale?._id;
        // The import is deleted first: a process that is still staging it finds it missing, and stops.
        const { deletedCount } = await imports.deleteOne({ _id: stale._id, isStaged: false });
        if (deletedCount === 0) return stale._id;
        await discard(stale._id);
      }
    },
    async extend(importId, leaseMs) {
      await imports.updateOne({ _id: importId }, { $set: { until: until(leaseMs) } });
    },
    async rows(importId, limit) {
      const rows = await importRows.find({ importId }).sort({ _id: 1 }).limit(limit).toArray();
      return rows.map((document) => ({ id: document._id, row: toRow(document) }));
    },
    async done(rowIds) {
      await importRows.deleteMany({ _id: { $in: [...rowIds] } });
    },
    async finish(importId) {
      await imports.deleteOne({ _id: importId });
    },
  };
}

/** Rows staged by an older release do not name empty columns, so those keep their values. */
const toRow = ({ row, product }: ImportRowDocument): CatalogueRow =>
  Object.fromEntries(
    row ?? (product ? rowEntries(writtenRow(product)).filter(([, text]) => text !== '') : []),
  );
