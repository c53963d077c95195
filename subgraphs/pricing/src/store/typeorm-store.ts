import { In, LessThan, type DataSource } from 'typeorm';
import type { PricingStore } from './store.js';
import { PromotionTable } from './tables.js';

interface Deps {
  readonly database: DataSource;
}

export function createPricingStore({ database }: Deps): PricingStore {
  const pricing = database.getRepository(PromotionTable);
  return {
    async insert(promotion) {
      await pricing.insert(promotion);
    },
    findByIds: (ids) => pricing.findBy({ id: In([...ids]) }),
    findNewest: (limit, before) =>
      pricing.find({
        where: before === undefined ? {} : { id: LessThan(before) },
        order: { id: 'DESC' },
        take: limit,
      }),
    count: () => pricing.count(),
  };
}
