import type { Collections } from './collections.js';
import type { ImportStore } from './store.js';

const BATCH = 500;

export function createMongoImports({ imports, importRows }: Collections): ImportStore {
  const until = (leaseMs: number) => new Date(Date.now() + leaseMs);
  return {
    async stage(importId, products, leaseMs) {
      for (let start = 0; start < products.length; start += BATCH) {
        const rows = products
          .slice(start, start + BATCH)
          // In the file's order: padded, so that text sorts as numbers do.
          .map((product, index) => ({
            _id: `${importId}:${String(start + index).padStart(9, '0')}`,
            importId,
            product,
          }));
        await importRows.insertMany(rows);
      }
      await imports.insertOne({ _id: importId, rows: products.length, until: until(leaseMs) });
    },
    async takeStale(leaseMs) {
      const found = await imports.findOneAndUpdate(
        { until: { $lt: new Date() } },
        { $set: { until: until(leaseMs) } },
      );
      return found?._id;
    },
    async extend(importId, leaseMs) {
      await imports.updateOne({ _id: importId }, { $set: { until: until(leaseMs) } });
    },
    async rows(importId, limit) {
      const rows = await importRows.find({ importId }).sort({ _id: 1 }).limit(limit).toArray();
      return rows.map(({ _id, product }) => ({ id: _id, product }));
    },
    async done(rowIds) {
      await importRows.deleteMany({ _id: { $in: [...rowIds] } });
    },
    async finish(importId) {
      await imports.deleteOne({ _id: importId });
    },
  };
}
