import { postgresDatabase } from '@cartograph/kit/postgres';
import { Pricing1796111756561 } from './migrations/001-pricing.js';
import { CouponTable, RedemptionTable } from './tables.js';

export const pricingDatabase = postgresDatabase({
  url: 'PRICING_DATABASE_URL',
  entities: [CouponTable, RedemptionTable],
  migrations: { '001-pricing': Pricing1796111756561 },
});
