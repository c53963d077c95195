import { redisDatabase } from '@cartograph/kit/redis';

export const cartDatabase = redisDatabase({ url: 'REDIS_URL' });
