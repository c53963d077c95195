import { isDuplicateKey, type Collections } from './collections.js';
import type { LeaseStore } from './store.js';

export function createMongoLeases({ leases }: Collections): LeaseStore {
  return {
    async hold(name, owner, ms) {
      const now = Date.now();
      const until = new Date(now + ms);
      const { matchedCount } = await leases.updateOne(
        { _id: name, $or: [{ owner }, { until: { $lt: new Date(now) } }] },
        { $set: { owner, until } },
      );
      if (matchedCount === 1) return true;
      // Either somebody else has it, or nobody ever had: inserting tells.
      return leases.insertOne({ _id: name, owner, until }).then(
        () => true,
        (error: unknown) => {
          if (isDuplicateKey(error)) return false;
          throw error;
        },
      );
    },
    async release(name, owner) {
      await leases.deleteOne({ _id: name, owner });
    },
  };
}
