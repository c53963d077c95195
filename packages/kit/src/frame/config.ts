import type { z } from 'zod';
import { baseConfigShape, ConfigError, env, readConfig } from '../config.js';

/** What every subgraph reads. A subgraph that cannot do without Redis declares `REDIS_URL: env.redis()` itself. */
const subgraphShape = (source: NodeJS.ProcessEnv) => ({
  ...baseConfigShape,
  /** The event bus unless AMQP_URL is set, and the list of ended sessions. */
  REDIS_URL: env.redis().optional(),
  /** Says that the one address in REDIS_URL is a Redis Cluster's. */
  REDIS_CLUSTER: env.boolean(false),
  /** RabbitMQ instead of Redis Streams for events. */
  AMQP_URL: env.url('amqp', 'amqps').optional(),
  /**
   * How long events are kept after they were sent, in case the event bus loses them. Consumers recognise repeated events for
   * 30 days or more.
   */
  SENT_EVENTS_KEEP_HOURS: env.integer(72, { min: 1, max: 30 * 24 }),
  /** Brings the store's schema up to date at start; in production a job does it (`main.js migrate`). */
  MIGRATE_ON_START: env.boolean(['development', 'test'].includes(source['NODE_ENV'] ?? '')),
});

type BaseShape = ReturnType<typeof subgraphShape>;

export type SubgraphConfig = z.infer<z.ZodObject<BaseShape>> & { readonly PORT: number };

/** The configuration of a subgraph as a value: `export const ordersConfig = defineConfig({ PORT: env.port(4004), … })`. */
export interface ConfigDefinition<Config> {
  readonly variables: readonly string[];
  /** @throws ConfigError naming every faulty variable at once, what was expected and what came */
  read(source?: NodeJS.ProcessEnv): Config;
}

/** `type OrdersConfig = ConfigOf<typeof ordersConfig>` */
export type ConfigOf<Definition extends ConfigDefinition<unknown>> =
  Definition extends ConfigDefinition<infer Config> ? Config : never;

/**
 * Declares the variables of a subgraph besides those that every subgraph has.
 * @param shape by `env`; a variable that every subgraph has may be declared again, to require it
 * @param check finds faults between variables: sentences such as `SAMPLE_DATA: expected false in production, got true`
 */
export function defineConfig<Shape extends z.ZodRawShape & { PORT: z.ZodType<number> }>(
  shape: Shape,
  check: (config: z.infer<z.ZodObject<Omit<BaseShape, keyof Shape> & Shape>>) => readonly string[] = () => [],
): ConfigDefinition<z.infer<z.ZodObject<Omit<BaseShape, keyof Shape> & Shape>>> {
  type Config = z.infer<z.ZodObject<Omit<BaseShape, keyof Shape> & Shape>>;
  return {
    variables: Object.keys({ ...subgraphShape({}), ...shape }),
    read(source = process.env) {
      const config = withCluster(readConfig({ ...subgraphShape(source), ...shape }, source)) as Config;
      const faults = check(config);
      if (faults.length > 0) throw new ConfigError(faults);
      return config;
    },
  };
}

/** Everything takes several addresses for a cluster, so one address of a cluster is given twice. */
function withCluster<Config extends { REDIS_URL?: unknown; REDIS_CLUSTER?: unknown }>(
  config: Config,
): Config {
  const { REDIS_URL: url, REDIS_CLUSTER: isCluster } = config;
  if (typeof url !== 'string' || isCluster !== true || url.includes(',')) return config;
  return { ...config, REDIS_URL: `${url},${url}` };
}
