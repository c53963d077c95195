import { In, IsNull, LessThanOrEqual, MoreThan, type EntityManager } from 'typeorm';
import type { RevocationLog, RevocationQueries } from './store.js';
import { RevocationTable } from './tables.js';

export function createRevocationQueries(manager: EntityManager): RevocationQueries & RevocationLog {
  const revocations = manager.getRepository(RevocationTable);
  return {
    async insertRevocation(entry) {
      await revocations.insert({ entry, createdAt: new Date(entry.at), endsAt: new Date(entry.endsAt) });
    },
    findRevocations: ({ after = '0', unsent = false, first, now }) =>
      revocations.find({
        select: { position: true, entry: true },
        where: {
          position: MoreThan(after),
          endsAt: MoreThan(now),
          ...(unsent && { sentAt: IsNull() }),
        },
        order: { position: 'ASC' },
        take: first,
      }),
    async markRevocationsSent(positions, at) {
      await revocations.update({ position: In([...positions]) }, { sentAt: at });
    },
    async deleteRevocations(now) {
      await revocations.delete({ endsAt: LessThanOrEqual(now) });
    },
  };
}
