import type { DataSource } from 'typeorm';
import type { ReconciliationStore } from './store.js';

/** In the one row of `reconciliation`. */
export function createReconciliationStore(database: DataSource): ReconciliationStore {
  return {
    async claimReconciliation(nextDueAt) {
      const [, claimed] = await database.query<[unknown, number]>(
        'UPDATE reconciliation SET due_at = $1 WHERE due_at <= now()',
        [nextDueAt],
      );
      return claimed === 1;
    },
    async finishReconciliation(counts) {
      await database.query('UPDATE reconciliation SET counts = $1, finished_at = now()', [
        JSON.stringify(counts),
      ]);
    },
    async lastReconciliation() {
      const [row] = await database.query<{ counts: Record<string, number>; age: string | null }[]>(
        'SELECT counts, extract(epoch FROM now() - coalesce(finished_at, created_at)) AS age FROM reconciliation',
      );
      return { counts: row?.counts ?? {}, ageSeconds: Number(row?.age ?? 0) };
    },
  };
}
