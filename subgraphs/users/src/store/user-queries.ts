import { In, IsNull, Not, QueryFailedError, type EntityManager } from 'typeorm';
import { foldForSearch } from '../domain/search.js';
import { EmailTakenError, type User } from '../domain/user.js';
import { listByAge } from './list-by-age.js';
import { lockMode } from './lock-mode.js';
import { LOCK, LOCKS } from './queries.js';
import type { UserQueries } from './store.js';
import { UserTable, type UserRow } from './tables.js';

const UNIQUE_VIOLATION = '23505';

export function createUserQueries(manager: EntityManager): UserQueries {
  const users = manager.getRepository(UserTable);
  return {
    findUser: (id, options) => users.findOne({ where: { id }, ...lockMode(options) }),
    async findUserByEmail({ key, earlierForm }, options) {
      const found = await users.find({
        where: [{ email: earlierForm }, { emailKey: key }],
        ...lockMode(options),
      });
      return found.find(({ email }) => email === earlierForm) ?? found[0] ?? null;
    },
    findUsers: (ids) => users.findBy({ id: In([...ids]) }),
    listUsers(words, options) {
      const query = users.createQueryBuilder('row');
      for (const [index, word] of words.entries()) {
        query.andWhere(`row.search_text LIKE :word${index}`, {
          [`word${index}`]: `%${word.replace(/[\\%_]/g, '\\$&')}%`,
        });
      }
      return listByAge(query, 'created_at', 'createdAt', options);
    },
    async insertUser(user) {
      const { raw } = await users
        .createQueryBuilder()
        .insert()
        .values(withSearchText(user))
        .orIgnore()
        .returning('id')
        .execute();
      return (raw as unknown[]).length === 1;
    },
    async saveUser(user) {
      try {
        await users.update({ id: user.id }, withSearchText(user));
      } catch (error) {
        const isTaken =
          error instanceof QueryFailedError &&
          (error.driverError as { code?: string }).code === UNIQUE_VIOLATION;
        throw isTaken ? new EmailTakenError() : error;
      }
    },
    async countOtherAdmins(userId) {
      await manager.query(LOCK, [LOCKS.admins]);
      return users.countBy({ role: 'ADMIN', isActive: true, ...(userId !== null && { id: Not(userId) }) });
    },
    findDuplicates: () => users.find({ where: { emailKey: IsNull() }, order: { createdAt: 'ASC' } }),
  };
}

const withSearchText = (user: User): UserRow => ({
  ...user,
  searchText: foldForSearch(`${user.name} ${user.email}`),
});
