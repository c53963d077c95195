import type { Clock } from '@cartograph/kit/clock';
import type { Collections } from './collections.js';
import { isDuplicateKey } from './duplicates.js';
import type { LeaseStore } from './store.js';

export function createLeaseStore(
  { leases }: Pick<Collections, 'leases'>,
  { clock }: { readonly clock: Clock },
): LeaseStore {
  return {
    async hold(name, owner, ms) {
      const startedAt = clock();
      const until = new Date(startedAt.getTime() + ms);
      const { matchedCount } = await leases.updateOne(
        { _id: name, $or: [{ owner }, { until: { $lt: startedAt } }] },
        { $set: { owner, until } },
      );
      if (matchedCount === 1) return true;
      // Either another process holds it, or it does not exist yet: the insert shows which.
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
