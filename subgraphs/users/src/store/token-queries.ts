import { In, LessThan, MoreThan, type EntityManager } from 'typeorm';
import { listByAge } from './list-by-age.js';
import type { AuditQueries, OneTimeTokenQueries, SigningKeyQueries, StartQueries } from './store.js';
import { oneTimeTokens, securityEvents, signingKeys } from './tables.js';

const KEYS_LOCK = 7_201_003;

export function createTokenQueries(
  manager: EntityManager,
): OneTimeTokenQueries & AuditQueries & SigningKeyQueries & StartQueries {
  const tokens = manager.getRepository(oneTimeTokens);
  const events = manager.getRepository(securityEvents);
  const keys = manager.getRepository(signingKeys);
  return {
    findOneTimeToken: (hash, purpose, now) => tokens.findOneBy({ hash, purpose, expiresAt: MoreThan(now) }),
    async lastOneTimeTokenAt(userId, purpose) {
      const last = await tokens.findOne({ where: { userId, purpose }, order: { createdAt: 'DESC' } });
      return last?.createdAt ?? null;
    },
    insertOneTimeToken: async (token) => void (await tokens.insert(token)),
    takeOneTimeToken: async (hash) => (await tokens.delete({ hash })).affected === 1,
    deleteOneTimeTokens: async (userId) => void (await tokens.delete({ userId })),

    insertSecurityEvent: async (event) => void (await events.insert(event)),
    listSecurityEvents: (userId, options) =>
      listByAge(
        events.createQueryBuilder('row').where('row.user_id = :userId', { userId }),
        'occurred_at',
        'occurredAt',
        options,
      ),

    async markDone(what, at) {
      const sql = 'INSERT INTO done_once (what, at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING what';
      return (await manager.query<unknown[]>(sql, [what, at])).length === 1;
    },

    findSigningKeys: () => keys.find({ order: { activeFrom: 'DESC' } }),
    lockSigningKeys: async () => void (await manager.query('SELECT pg_advisory_xact_lock($1)', [KEYS_LOCK])),
    insertSigningKey: async (key) => void (await keys.insert(key)),
    setRetirement: async (ids, retiresAt) => void (await keys.update({ id: In([...ids]) }, { retiresAt })),
    deleteSigningKeys: async (before) => void (await keys.delete({ retiresAt: LessThan(before) })),
  };
}
