import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';

/** Thrown by {@link readConfig}; its message names every faulty variable at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /** @param faults each such as `PORT: expected a port from 0 to 65535, got "x"`; or a whole message */
  constructor(faults: string | readonly string[]) {
    super(
      typeof faults === 'string'
        ? faults
        : `Invalid configuration:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    );
  }
}

const booleans: Record<string, boolean> = { true: true, false: false, '1': true, '0': false };

/**
 * Fields of a configuration. Each description completes the sentence "expected …", which is what an
 * operator reads when the variable is wrong. None of them holds a default secret.
 */
export const env = {
  port: (fallback: number) =>
    z.coerce
      .number()
      .int()
      .min(0)
      .max(65_535)
      .default(fallback)
      .describe('a port from 0 to 65535 (0: any free one)'),
  integer: (fallback: number, { min = 0, max = Number.MAX_SAFE_INTEGER } = {}) =>
    z.coerce
      .number()
      .int()
      .min(min)
      .max(max)
      .default(fallback)
      .describe(`a whole number from ${min} to ${max}`),
  number: (fallback: number, { min = 0, max = Number.MAX_VALUE } = {}) =>
    z.coerce.number().min(min).max(max).default(fallback).describe(`a number from ${min} to ${max}`),
  boolean: (fallback: boolean) =>
    z
      .string()
      .toLowerCase()
      .refine((value) => value in booleans)
      .transform((value) => booleans[value]!)
      .default(fallback)
      .describe('true or false'),
  text: (fallback: string) => z.string().default(fallback).describe('a text'),
  choice: <const T extends readonly [string, ...string[]]>(values: T, fallback: NoInfer<T[number]>) =>
    z
      .enum(values as unknown as [T[number], ...T[number][]])
      .default(fallback as never)
      .describe(`one of ${values.join(', ')}`),
  url: (...protocols: string[]) =>
    z
      .string()
      .refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol.slice(0, -1)))
      .describe(`a URL starting with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`),
  redis: () =>
    z
      .string()
      .transform((value) => value.replaceAll(/\s/g, ''))
      .refine((value) => value.split(',').every((url) => /^rediss?:\/\/./.test(url) && URL.canParse(url)))
      .describe('a URL starting with redis:// or rediss://, or several with commas for a Redis Cluster'),
  /** At least 32 characters; its value is never printed. */
  secret: () => z.string().min(32).describe('a secret of at least 32 characters').meta({ secret: true }),
  list: () =>
    z
      .string()
      .transform((value) =>
        value
          .split(',')
          .map((item) => item.trim())
          .filter(Boolean),
      )
      .describe('values separated by commas'),
} as const;

/** What every service reads. */
export const baseConfigShape = {
  NODE_ENV: env.choice(['development', 'test', 'production'], 'production'),
  HOST: env.text('0.0.0.0'),
  LOG_LEVEL: env.choice(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'info'),
  INTERNAL_AUTH_SECRET: env.secret(),
  /** Readiness goes off, then requests may still arrive for this long (milliseconds) before the server closes. */
  DRAIN_DELAY_MS: env.integer(0, { max: 8_000 }),
};

export type BaseConfig = z.infer<z.ZodObject<typeof baseConfigShape>> & { readonly PORT: number };

/**
 * Reads a service's configuration from the environment; an empty variable counts as unset.
 * @throws ConfigError naming each faulty variable, what was expected and what came.
 */
export function readConfig<Shape extends z.ZodRawShape>(
  shape: Shape,
  source: NodeJS.ProcessEnv = process.env,
): z.infer<z.ZodObject<Shape>> {
  const given = Object.fromEntries(
    Object.entries(source).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = z.object(shape).safeParse(given);
  if (result.success) return result.data;
  const faults = [...new Set(result.error.issues.map((issue) => String(issue.path[0])))].map((name) => {
    const field = shape[name] as z.ZodType | undefined;
    const meta = field?.meta() as { secret?: boolean } | undefined;
    const came =
      given[name] === undefined
        ? 'nothing'
        : isSecret(name, meta)
          ? `${given[name].length} characters`
          : `"${given[name]}"`;
    return `${name}: expected ${field?.description ?? 'another value'}, got ${came}`;
  });
  throw new ConfigError(faults);
}

/** URLs of stores carry passwords, so they are not printed either. */
function isSecret(name: string, meta: { secret?: boolean } | undefined): boolean {
  return (
    meta?.secret === true || /SECRET|PASSWORD|TOKEN|KEY|(DATABASE|REDIS|MONGODB|AMQP|SMTP)_URL/.test(name)
  );
}

const stackFile = z.object({
  pid: z.int().positive(),
  services: z.record(z.string(), z.object({ env: z.record(z.string(), z.string()) })),
});

/**
 * For a command of a service: the environment, and where `variable` is not in it, what the shop that `npm start`
 * runs here was started with (`stack.json` in `.data`, or in the folder that CARTOGRAPH_DATA names).
 */
export function withRunningStack(
  service: string,
  variable: string,
  source: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  if (source[variable]) return source;
  try {
    const file = resolve(source['CARTOGRAPH_DATA'] || '.data', 'stack.json');
    const { pid, services } = stackFile.parse(JSON.parse(readFileSync(file, 'utf8')));
    // Throws when a launcher that was killed has left its file behind.
    process.kill(pid, 0);
    return { ...source, ...services[service]?.env };
  } catch {
    return source;
  }
}

/** Where traces go, if anywhere; all else about them is read by OpenTelemetry itself (`OTEL_*`). */
export const readTelemetryConfig = (source: NodeJS.ProcessEnv = process.env) =>
  readConfig(
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: env.url('http', 'https').optional(),
      OTEL_SERVICE_NAME: z.string().optional().describe('a name'),
      OTEL_SDK_DISABLED: env.boolean(false),
    },
    source,
  );
