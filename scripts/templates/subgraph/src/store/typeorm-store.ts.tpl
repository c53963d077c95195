import { In, LessThan, type DataSource } from 'typeorm';
import type { __Name__Store } from './store.js';
import { __Entity__Table } from './tables.js';

interface Deps {
  readonly database: DataSource;
}

export function create__Name__Store({ database }: Deps): __Name__Store {
  const __name__ = database.getRepository(__Entity__Table);
  return {
    async insert(__entity__) {
      await __name__.insert(__entity__);
    },
    findByIds: (ids) => __name__.findBy({ id: In([...ids]) }),
    findNewest: (limit, before) =>
      __name__.find({
        where: before === undefined ? {} : { id: LessThan(before) },
        order: { id: 'DESC' },
        take: limit,
      }),
    count: () => __name__.count(),
  };
}
