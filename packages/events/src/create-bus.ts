import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { createRedisStreamsBus } from './adapters/redis-streams.js';
import type { EventBus } from './bus.js';
import type { BusLimits } from './limits.js';

export interface BusOptions extends Partial<BusLimits> {
  readonly redisUrl: string;
  readonly logger: Logger;
  readonly registry?: Registry | undefined;
}

/** The bus a service uses. */
export function createBus({ redisUrl, ...options }: BusOptions): EventBus {
  return createRedisStreamsBus({ url: redisUrl, ...options });
}
