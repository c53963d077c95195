import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export interface CliConfig {
  readonly redisUrl: string;
  readonly amqpUrl: string | undefined;
}

/** Which environment variables are missing or wrong, and what is expected. */
export class CliConfigError extends Error {
  override readonly name = 'CliConfigError';
}

/** The bus that the environment names, else the one of the shop that `npm start` runs in this folder. */
export function readCliConfig(
  source: NodeJS.ProcessEnv = process.env,
  stackFile = resolve('.data', 'stack.json'),
): CliConfig {
  const { REDIS_URL, AMQP_URL } = source['REDIS_URL'] || source['AMQP_URL'] ? source : readStack(stackFile);
  const faults = [
    ...faultOf('REDIS_URL', REDIS_URL, /^rediss?:\/\//, 'redis:// or rediss://'),
    ...faultOf('AMQP_URL', AMQP_URL, /^amqps?:\/\//, 'amqp:// or amqps://'),
  ];
  if (faults.length > 0) throw new CliConfigError(faults.join('\n'));
  if (!REDIS_URL && !AMQP_URL) {
    throw new CliConfigError(
      `Where is the event bus? Set REDIS_URL or AMQP_URL, or run this where \`npm start\` is running (there is no ${stackFile}).`,
    );
  }
  return { redisUrl: REDIS_URL ?? '', amqpUrl: AMQP_URL || undefined };
}

function faultOf(name: string, value: string | undefined, pattern: RegExp, expected: string): string[] {
  // The value may hold a password: it is not repeated.
  return !value || pattern.test(value) ? [] : [`${name}: expected a URL starting with ${expected}.`];
}

interface Stack {
  readonly services?: { readonly orders?: { readonly env?: Record<string, string> } };
}

function readStack(file: string): Record<string, string | undefined> {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as Stack).services?.orders?.env ?? {};
  } catch {
    return {};
  }
}
