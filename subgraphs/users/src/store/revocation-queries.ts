import type { EntityManager } from 'typeorm';
import type { RevocationQueries, StoredRevocation, UsersStore } from './store.js';

export function createRevocationQueries(
  manager: EntityManager,
): RevocationQueries & Pick<UsersStore, 'findRevocations' | 'markRevocationsSent' | 'deleteRevocations'> {
  return {
    async insertRevocation(entry) {
      await manager.query('INSERT INTO revocations (entry, created_at, ends_at) VALUES ($1, $2, $3)', [
        JSON.stringify(entry),
        new Date(entry.at),
        new Date(entry.endsAt),
      ]);
    },
    findRevocations: ({ after = '0', unsent = false, first, now }) =>
      manager.query<StoredRevocation[]>(
        `SELECT position::text AS position, entry FROM revocations
         WHERE position > $1::bigint AND ends_at > $2 ${unsent ? 'AND sent_at IS NULL' : ''}
         ORDER BY position LIMIT $3`,
        [after, now, first],
      ),
    async markRevocationsSent(positions, at) {
      await manager.query('UPDATE revocations SET sent_at = $2 WHERE position = ANY ($1::bigint[])', [
        positions,
        at,
      ]);
    },
    async deleteRevocations(now) {
      await manager.query('DELETE FROM revocations WHERE ends_at <= $1', [now]);
    },
  };
}
