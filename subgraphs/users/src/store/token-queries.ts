import { In, LessThan, MoreThan, type EntityManager } from 'typeorm';
import { listByAge } from './list-by-age.js';
import { LOCK, LOCKS } from './queries.js';
import type {
  OneTimeTaskQueries,
  OneTimeTokenQueries,
  SecurityEventQueries,
  SigningKeyQueries,
} from './store.js';
import { DoneOnceTable, OneTimeTokenTable, SecurityEventTable, SigningKeyTable } from './tables.js';

export function createTokenQueries(
  manager: EntityManager,
): OneTimeTokenQueries & SecurityEventQueries & SigningKeyQueries & OneTimeTaskQueries {
  const tokens = manager.getRepository(OneTimeTokenTable);
  const events = manager.getRepository(SecurityEventTable);
  const keys = manager.getRepository(SigningKeyTable);
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
      const { raw } = await manager
        .createQueryBuilder()
        .insert()
        .into(DoneOnceTable)
        .values({ what, at })
        .orIgnore()
        .returning('what')
        .execute();
      return (raw as unknown[]).length === 1;
    },

    findSigningKeys: () => keys.find({ order: { activeFrom: 'DESC' } }),
    lockSigningKeys: async () => void (await manager.query(LOCK, [LOCKS.signingKeys])),
    insertSigningKey: async (key) => void (await keys.insert(key)),
    setRetirement: async (ids, retiresAt) => void (await keys.update({ id: In([...ids]) }, { retiresAt })),
    deleteSigningKeys: async (before) => void (await keys.delete({ retiresAt: LessThan(before) })),
  };
}
