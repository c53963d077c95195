import { mongoDatabase } from '@cartograph/kit/mongo';
import { migrate } from './migrations/index.js';

export const productsDatabase = mongoDatabase({
  url: 'MONGODB_URL',
  poolSize: 'MONGODB_POOL_SIZE',
  defaultName: 'products',
  migrate,
});
