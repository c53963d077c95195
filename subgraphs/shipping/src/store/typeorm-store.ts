import { In, LessThan, type DataSource } from 'typeorm';
import type { ShippingStore } from './store.js';
import { MethodTable } from './tables.js';

interface Deps {
  readonly database: DataSource;
}

export function createShippingStore({ database }: Deps): ShippingStore {
  const shipping = database.getRepository(MethodTable);
  return {
    async insert(method) {
      await shipping.insert(method);
    },
    findByIds: (ids) => shipping.findBy({ id: In([...ids]) }),
    findNewest: (limit, before) =>
      shipping.find({
        where: before === undefined ? {} : { id: LessThan(before) },
        order: { id: 'DESC' },
        take: limit,
      }),
    count: () => shipping.count(),
  };
}
