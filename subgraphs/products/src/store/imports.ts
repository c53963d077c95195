import type { Clock } from '@cartograph/kit/clock';
import type { CatalogueRow } from '../domain/import/catalogue-columns.js';
import { rowEntries, writtenRow } from '../domain/import/catalogue-row.js';
import type { UpdateFilter } from 'mongodb';
import type { Collections, ImportResultDocument, ImportRowDocument } from './collections.js';
import type { ImportFileStore, ImportStore } from './store.js';

/** Results keep so many refused rows. */
const MAX_REFUSED = 100;

export function createImportStore(
  { imports, importRows, importResults }: Pick<Collections, 'imports' | 'importRows' | 'importResults'>,
  { clock }: { readonly clock: Clock },
): ImportStore {
  const until = (leaseMs: number) => new Date(clock().getTime() + leaseMs);

  async function discard(importId: string): Promise<void> {
    await importRows.deleteMany({ importId });
  }

  return {
    async begin(importId, leaseMs) {
      await imports.insertOne({ _id: importId, rows: 0, isStaged: false, until: until(leaseMs) });
    },
    async add(importId, from, rows, leaseMs) {
      if (rows.length === 0) return;
      await importRows.insertMany(
        rows.map(({ row, isNew }, index) => ({
          // In the order in which they are applied: the numbers are padded so that they sort as text.
          _id: `${importId}:${isNew ? 1 : 0}:${String(from + index).padStart(9, '0')}`,
          importId,
          row: rowEntries(row),
        })),
      );
      await imports.updateOne({ _id: importId }, { $set: { until: until(leaseMs) } });
    },
    async commit(importId, rows, leaseMs) {
      const counts = { rows, isFinished: false, created: 0, updated: 0, unchanged: 0, refused: [] };
      await importResults.insertOne({ _id: importId, ...counts, at: clock() });
      const { matchedCount } = await imports.updateOne(
        { _id: importId, isStaged: false },
        { $set: { isStaged: true, rows, until: until(leaseMs) } },
      );
      if (matchedCount === 1) return;
      await importResults.deleteOne({ _id: importId });
      await discard(importId);
      throw new Error('The rows took too long to reach the store, so the import was abandoned.');
    },
    async abandon(importId) {
      await imports.deleteOne({ _id: importId, isStaged: false });
      await discard(importId);
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
    async done(importId, rowIds, { created, updated, unchanged, refused }) {
      await importRows.deleteMany({ _id: { $in: [...rowIds] } });
      await importResults.updateOne({ _id: importId }, {
        $inc: { created, updated, unchanged },
        ...(refused.length > 0 && { $push: { refused: { $each: [...refused], $slice: MAX_REFUSED } } }),
      } as unknown as UpdateFilter<ImportResultDocument>);
    },
    async finish(importId) {
      await importResults.updateOne({ _id: importId }, { $set: { isFinished: true, at: clock() } });
      await imports.deleteOne({ _id: importId });
    },
    async progress(importId) {
      const found = await importResults.findOne({ _id: importId });
      if (!found) return undefined;
      const { _id, at: _at, ...progress } = found;
      return progress;
    },
  };
}

/** A file takes many documents, because one may have at most 16 MB. */
export function createImportFileStore(
  { importParts, importResults }: Pick<Collections, 'importParts' | 'importResults'>,
  { clock }: { readonly clock: Clock },
): ImportFileStore {
  const partsOf = (fileId: string) => ({ _id: { $gt: `${fileId}:`, $lt: `${fileId};` } });
  return {
    async put(fileId, position, bytes) {
      const _id = `${fileId}:${String(position).padStart(6, '0')}`;
      const part = { content: Buffer.from(bytes).toString('base64'), at: clock() };
      await importParts.replaceOne({ _id }, part, { upsert: true });
    },
    async *parts(fileId) {
      for await (const { content } of importParts.find(partsOf(fileId)).sort({ _id: 1 }).batchSize(4))
        yield Buffer.from(content, 'base64');
    },
    async remove(fileId) {
      await importParts.deleteMany(partsOf(fileId));
    },
    async removeOld(filesBefore, resultsBefore) {
      await importParts.deleteMany({ at: { $lt: filesBefore } });
      await importResults.deleteMany({ at: { $lt: resultsBefore } });
    },
  };
}

/** Rows staged by an older release do not name empty columns, so those keep their values. */
const toRow = ({ row, product }: ImportRowDocument): CatalogueRow =>
  Object.fromEntries(
    row ?? (product ? rowEntries(writtenRow(product)).filter(([, text]) => text !== '') : []),
  );
