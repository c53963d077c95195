import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ConfigError, env, readConfig } from '@cartograph/kit/config';
import { z } from 'zod';
import { isOriginPattern, LOCAL_ORIGINS } from './http/cors.js';

/** `name=url,name=url` as a record. */
const urls = (...protocols: string[]) =>
  z
    .string()
    .default('')
    .transform((text, context) => {
      const pairs = text
        .split(',')
        .flatMap((item) => (item.trim() === '' ? [] : [item.trim().split(/=(.*)/s).slice(0, 2)]));
      const isRight = pairs.every(
        ([name, url]) =>
          name && url && URL.canParse(url) && protocols.includes(new URL(url).protocol.slice(0, -1)),
      );
      if (!isRight) context.addIssue({ code: 'custom' });
      return Object.fromEntries(pairs) as Record<string, string>;
    })
    .describe(
      `name=url pairs separated by commas, each URL starting with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`,
    );

/** `name=milliseconds` pairs. */
const durations = () =>
  z
    .string()
    .default('')
    .transform((text, context) => {
      const pairs = text.split(',').flatMap((item) => (item.trim() === '' ? [] : [item.trim().split('=')]));
      if (!pairs.every(([name, value]) => name && /^[1-9]\d{0,8}$/.test(value ?? '')))
        context.addIssue({ code: 'custom' });
      return Object.fromEntries(pairs.map(([name, value]) => [name, Number(value)])) as Record<
        string,
        number
      >;
    })
    .describe('name=milliseconds pairs separated by commas');

/** Without a default here: what it is then depends on NODE_ENV. */
const flag = () =>
  z
    .enum(['true', 'false', '1', '0'])
    .transform((value) => value === 'true' || value === '1')
    .optional()
    .describe('true or false');
const count = () => z.coerce.number().int().min(0).optional().describe('a whole number, 0 or more');

/** What HTTP itself, this gateway or its subgraphs' servers decide: passed on from a client, it would break requests. */
const OWN_HEADERS =
  /^(accept|accept-(charset|encoding|ranges)|connection|content-.*|expect|forwarded|host|http2-settings|if-.*|keep-alive|max-forwards|proxy-.*|range|sec-websocket-.*|te|traceparent|trailers?|transfer-encoding|upgrade|via|x-cartograph-.*|x-client-user-agent|x-forwarded-.*|x-request-id)$/i;
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

const shape = {
  NODE_ENV: env.choice(['development', 'test', 'production'], 'production'),
  HOST: env.text('0.0.0.0'),
  PORT: env.port(4000),
  LOG_LEVEL: env.choice(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'info'),
  ACCESS_LOG: env.boolean(true),
  INTERNAL_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe('a port from 0 to 65535 (0: any free one)'),
  DRAIN_DELAY_MS: env.integer(0, { max: 8_000 }),

  SUPERGRAPH_FILE: env.text('schema/supergraph.graphql'),
  SUPERGRAPH_POLL_MS: env.integer(1_000, { min: 50, max: 3_600_000 }),

  SUBGRAPH_URLS: urls('http', 'https'),
  SUBGRAPH_WS: urls('ws', 'wss'),
  SUBGRAPH_TIMEOUT_MS: env.integer(10_000, { min: 1, max: 600_000 }),
  SUBGRAPH_TIMEOUTS_MS: durations(),
  SUBGRAPH_CONNECTIONS: env.integer(64, { min: 1, max: 10_000 }),
  SUBGRAPH_MAX_RESPONSE_BYTES: env.integer(64 * 1024 * 1024, { min: 1_024 }),
  SUBGRAPH_DEDUPE: env.boolean(true),
  SUBGRAPH_RETRY_SHARE: env.number(0.1, { max: 1 }),
  BREAKER_FAILURES: env.integer(10, { min: 1 }),
  BREAKER_WINDOW_MS: env.integer(10_000, { min: 100 }),
  BREAKER_OPEN_MS: env.integer(2_000, { min: 1 }),
  BREAKER_SLOW_MS: env.integer(5_000),
  BREAKER_SLOW_REQUESTS: env.integer(5, { min: 1 }),
  FORWARD_HEADERS: env
    .list()
    .refine((names) => names.every((name) => HEADER_NAME.test(name) && !OWN_HEADERS.test(name)))
    .default([])
    .describe(
      'header names separated by commas, none of which HTTP or the gateway sets itself (such as accept-encoding, connection, content-type, host, traceparent)',
    ),
  TRUSTED_PROXIES: env.integer(0, { max: 16 }),

  AUTH_JWKS_URL: env.url('http', 'https').optional().describe('a URL starting with http:// or https://'),
  AUTH_JWKS_REFRESH_MS: env.integer(20_000, { min: 50, max: 30_000 }),
  INTERNAL_AUTH_SECRET: env.secret().optional().describe('a secret of at least 32 characters'),

  MAX_CONNECTIONS: env.integer(12_000, { min: 1 }),
  MAX_HELD_BYTES: env.integer(64 * 1024 * 1024, { min: 1024 * 1024 }),
  BODY_LIMIT_BYTES: env.integer(1024 * 1024, { min: 1 }),
  COMPRESS: env.boolean(true),
  HSTS_MAX_AGE_S: env.integer(31_536_000),
  CORS_ORIGINS: env
    .list()
    .refine((origins) => origins.every(isOriginPattern))
    .optional()
    .describe(
      'origins separated by commas, such as https://shop.example.com or, for any port, http://localhost:*; or *',
    ),
  IMAGES_UPSTREAM: env.url('http', 'https').optional().describe('a URL starting with http:// or https://'),
  CLIENT_DIR: z.string().optional().describe('a folder with an index.html'),
  CLIENT_POLICY: env.text(
    "default-src 'self'; img-src 'self' data: https:; style-src 'self'; connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'",
  ),

  PLAN_CACHE_BYTES: env.integer(96 * 1024 * 1024, { min: 1024 * 1024 }),
  PLAN_LIMIT_MS: env.integer(3_000, { max: 600_000 }),
  MAX_TOKENS: env.integer(5_000, { min: 1 }),
  MAX_DEPTH: env.integer(15, { min: 1 }),
  MAX_ALIASES: env.integer(50),
  MAX_ROOT_FIELDS: env.integer(20, { min: 1 }),
  MAX_DIRECTIVES: env.integer(50),
  MAX_SOCKET_OPERATIONS: env.integer(1_000, { min: 1 }),
  MAX_STREAMS: env.integer(10_000, { min: 1 }),
  MAX_COST: env.integer(100_000),
  ASSUMED_LIST_SIZE: env.integer(10),
  GRAPHIQL: flag(),
  INTROSPECTION: flag(),
  EXPLAIN: flag(),

  PERSISTED_QUERIES: env.boolean(true),
  SAFELIST_FILE: z.string().optional().describe('a file made by npm run operations'),
  SAFELIST_MODE: env.choice(['off', 'log', 'enforce'], 'off'),

  REDIS_URL: env.url('redis', 'rediss').optional().describe('a URL starting with redis:// or rediss://'),
  RATE_LIMIT_PER_MINUTE: count(),
  RATE_LIMIT_BURST: count(),
  SHED_LAG_MS: count(),

  STREAM_QUEUE_LIMIT: env.integer(1_024, { min: 1 }),
  STREAM_CONNECT_LIMIT_MS: env.integer(10_000),
  STREAM_RESUME_LIMIT_MS: env.integer(300_000),
  WS_KEEP_ALIVE_MS: env.integer(30_000, { min: 100, max: 3_600_000 }),
};

type Read = z.infer<z.ZodObject<typeof shape>>;
/** What depends on NODE_ENV unless it is given, decided. */
export type GatewayConfig = Omit<
  Read,
  | 'CORS_ORIGINS'
  | 'GRAPHIQL'
  | 'INTROSPECTION'
  | 'EXPLAIN'
  | 'RATE_LIMIT_PER_MINUTE'
  | 'RATE_LIMIT_BURST'
  | 'SHED_LAG_MS'
> &
  Record<'GRAPHIQL' | 'INTROSPECTION' | 'EXPLAIN', boolean> & {
    readonly CORS_ORIGINS: readonly string[];
    /** Whether the public port also serves metrics and the details of readiness. */
    readonly isOperatorsPortPublic: boolean;
  } & Record<'RATE_LIMIT_PER_MINUTE' | 'RATE_LIMIT_BURST' | 'SHED_LAG_MS', number>;

/**
 * Reads the configuration: `--supergraph FILE`, `--port N`, `--host H` on the command line, everything else from
 * the environment. With `--supergraph` the gateway runs alone: in development mode unless NODE_ENV says otherwise.
 * @throws ConfigError naming every fault at once
 */
export function readGatewayConfig(
  args: readonly string[] = process.argv.slice(2),
  source: NodeJS.ProcessEnv = process.env,
): GatewayConfig {
  const flags = readFlags(args);
  const config = readConfig(shape, {
    ...(flags.supergraph !== undefined && { NODE_ENV: 'development', HOST: '127.0.0.1' }),
    ...source,
    ...(flags.supergraph !== undefined && { SUPERGRAPH_FILE: flags.supergraph }),
    ...(flags.port !== undefined && { PORT: flags.port }),
    ...(flags.host !== undefined && { HOST: flags.host }),
  });
  const faults: string[] = [];
  if (config.AUTH_JWKS_URL !== undefined && config.INTERNAL_AUTH_SECRET === undefined) {
    faults.push(
      'INTERNAL_AUTH_SECRET: expected a secret of at least 32 characters, as AUTH_JWKS_URL is set, got nothing',
    );
  }
  if (config.CLIENT_DIR !== undefined && !existsSync(join(config.CLIENT_DIR, 'index.html'))) {
    faults.push(`CLIENT_DIR: expected a folder with an index.html, got "${config.CLIENT_DIR}"`);
  }
  if (
    config.SAFELIST_MODE !== 'off' &&
    (config.SAFELIST_FILE === undefined || !existsSync(config.SAFELIST_FILE))
  ) {
    faults.push(
      `SAFELIST_FILE: expected a file that exists, as SAFELIST_MODE is ${config.SAFELIST_MODE}, got ${config.SAFELIST_FILE ? `"${config.SAFELIST_FILE}"` : 'nothing'}`,
    );
  }
  if (faults.length > 0) throw new ConfigError(faults);
  // In the shop's own checkout the built client is served by default.
  const isAlone = flags.supergraph !== undefined;
  const client =
    config.CLIENT_DIR ?? (isAlone || !existsSync(join(SHOP_CLIENT, 'index.html')) ? undefined : SHOP_CLIENT);
  const isProduction = config.NODE_ENV === 'production';
  const perMinute = config.RATE_LIMIT_PER_MINUTE ?? (isProduction ? 1_000_000 : 0);
  return {
    ...config,
    CLIENT_DIR: client && resolve(client),
    CORS_ORIGINS: config.CORS_ORIGINS ?? (isProduction ? [] : LOCAL_ORIGINS),
    isOperatorsPortPublic: config.INTERNAL_PORT === undefined && !isProduction,
    GRAPHIQL: config.GRAPHIQL ?? !isProduction,
    INTROSPECTION: config.INTROSPECTION ?? !isProduction,
    EXPLAIN: config.EXPLAIN ?? !isProduction,
    // A developer's machine that is busy otherwise is no reason to refuse its developer.
    SHED_LAG_MS: config.SHED_LAG_MS ?? (isProduction ? 500 : 5_000),
    RATE_LIMIT_PER_MINUTE: perMinute,
    RATE_LIMIT_BURST: config.RATE_LIMIT_BURST ?? Math.max(1, Math.round(perMinute / 4)),
  };
}

const SHOP_CLIENT = fileURLToPath(new URL('../../client/dist', import.meta.url));

function readFlags(args: readonly string[]): {
  supergraph?: string | undefined;
  port?: string | undefined;
  host?: string | undefined;
} {
  try {
    return parseArgs({
      args: [...args],
      options: { supergraph: { type: 'string' }, port: { type: 'string' }, host: { type: 'string' } },
    }).values;
  } catch (error) {
    throw new ConfigError(
      `${(error as Error).message}\nUsage: main.js [--supergraph FILE] [--port N] [--host ADDRESS]`,
    );
  }
}

/** The names of all variables, for who documents them. */
export const OPTIONS: readonly string[] = Object.keys(shape);
