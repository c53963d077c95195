import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { createRabbitMqBus } from './adapters/rabbitmq.js';
import { createRedisStreamsBus } from './adapters/redis-streams.js';
import type { EventBus } from './bus.js';
import type { BusLimits } from './limits.js';

export interface BusOptions extends Partial<BusLimits> {
  readonly redisUrl: string;
  /** RabbitMQ carries the events where this is given, else Redis does. */
  readonly amqpUrl?: string | undefined;
  readonly logger: Logger;
  readonly registry?: Registry | undefined;
}

/** The bus of a service. All services of one installation must use the same kind. */
export function createBus({ redisUrl, amqpUrl, ...options }: BusOptions): EventBus {
  return amqpUrl
    ? createRabbitMqBus({ url: amqpUrl, ...options })
    : createRedisStreamsBus({ url: redisUrl, ...options });
}
