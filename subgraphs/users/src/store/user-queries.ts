import { In, IsNull, QueryFailedError, type EntityManager } from 'typeorm';
import { foldForSearch } from '../domain/fields.js';
import { EmailTakenError, type User } from '../domain/user.js';
import { listByAge } from './list-by-age.js';
import { lockMode } from './lock-mode.js';
import type { UserQueries } from './store.js';
import { users, type UserRow } from './tables.js';

const ADMINS_LOCK = 7_201_002;
const UNIQUE_VIOLATION = '23505';

export function createUserQueries(manager: EntityManager): UserQueries {
  const repository = manager.getRepository(users);
  return {
    findUser: (id, options) => repository.findOne({ where: { id }, ...lockMode(options) }),
    async findUserByEmail({ key, earlierForm }, options) {
      const found = await repository.find({
        where: [{ email: earlierForm }, { emailKey: key }],
        ...lockMode(options),
      });
      return found.find(({ email }) => email === earlierForm) ?? found[0] ?? null;
    },
    findUsers: (ids) => repository.findBy({ id: In([...ids]) }),
    listUsers(words, options) {
      const query = repository.createQueryBuilder('row');
      for (const [index, word] of words.entries()) {
        query.andWhere(`row.search_text LIKE :word${index}`, {
          [`word${index}`]: `%${word.replace(/[\\%_]/g, '\\$&')}%`,
        });
      }
      return listByAge(query, 'created_at', 'createdAt', options);
    },
    async insertUser(user) {
      const { raw } = await repository
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
        await repository.update({ id: user.id }, withSearchText(user));
      } catch (error) {
        const isTaken =
          error instanceof QueryFailedError &&
          (error.driverError as { code?: string }).code === UNIQUE_VIOLATION;
        throw isTaken ? new EmailTakenError() : error;
      }
    },
    async countOtherAdmins(userId) {
      await manager.query('SELECT pg_advisory_xact_lock($1)', [ADMINS_LOCK]);
      const [row] = await manager.query<{ count: number }[]>(
        `SELECT count(*)::int AS count FROM users WHERE role = 'ADMIN' AND is_active AND id IS DISTINCT FROM $1`,
        [userId],
      );
      return row!.count;
    },
    findDuplicates: () => repository.find({ where: { emailKey: IsNull() }, order: { createdAt: 'ASC' } }),
  };
}

const withSearchText = (user: User): UserRow => ({
  ...user,
  searchText: foldForSearch(`${user.name} ${user.email}`),
});
