import { parseArgs } from 'node:util';
import { pino } from 'pino';
import type { DeadLetter, DeadLetterQueue, EventBus } from '../bus.js';
import { createBus } from '../create-bus.js';
import { AGGREGATES } from '../types.js';
import { CliConfigError, type CliConfig } from './config.js';

const USAGE = `Usage: npm run events -- <command>

  list                    events that no retry could get handled, oldest first
       --consumer NAME      of one service only
       --limit N            at most so many (default 100)
       --json               one JSON object per line
  show ID                 one of them, whole
  replay ID               hand it to its service again
  replay --all            all of them (with --consumer NAME: of one service)
  remove ID               give it up for good
  resend --since TIME     have all services publish again what they published since then: a length of time such as 90m, 2h or
                          3d, or a moment such as 2026-12-01T08:00:00Z. Consumers pass over what they have handled

Takes REDIS_URL or AMQP_URL from the environment, or else from the shop that npm start runs here.
`;

class UsageError extends Error {}
class Refusal extends Error {}

const options = {
  all: { type: 'boolean' },
  consumer: { type: 'string' },
  limit: { type: 'string' },
  since: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function run(args: readonly string[], readConfig: () => CliConfig): Promise<string> {
  const { positionals, values } = readArguments(args);
  const [command, id, ...rest] = positionals;
  if (values.help) return USAGE;
  if (!command) throw new UsageError('A command is needed.');
  if (rest.length > 0) throw new UsageError(`One id at a time: what is "${rest.join(' ')}"?`);
  const limit = Number(values.limit ?? 100);
  if (!Number.isInteger(limit) || limit < 1)
    throw new UsageError(`--limit takes a whole number from 1, got "${values.limit}".`);
  const work = commandFor(command, id, { ...values, limit });

  const bus = createBus({ ...readConfig(), logger: pino({ level: 'silent' }) });
  try {
    await bus.ping().catch((error: unknown) => {
      throw new Refusal(`The event bus does not answer: ${(error as Error).message}`);
    });
    return await work(bus);
  } finally {
    await bus.close();
  }
}

interface Values {
  readonly all?: boolean;
  readonly consumer?: string;
  readonly json?: boolean;
  readonly since?: string;
  readonly limit: number;
}

function commandFor(
  command: string,
  id: string | undefined,
  values: Values,
): (bus: EventBus) => Promise<string> {
  const { consumer, limit } = values;
  const filter = consumer === undefined ? {} : { consumer };
  const needId = () => {
    if (!id) throw new UsageError(`Which one? Give its id, as "list" shows it.`);
    return id;
  };
  switch (command) {
    case 'list':
      return async ({ deadLetters: letters }) =>
        format(await letters.list({ ...filter, limit }), values.json ?? false);
    case 'show': {
      const wanted = needId();
      return async ({ deadLetters: letters }) =>
        JSON.stringify((await letters.get(wanted)) ?? missing(wanted), null, 2) + '\n';
    }
    case 'replay': {
      if (values.all && id) throw new UsageError('Either an id or --all.');
      if (values.all) return ({ deadLetters: letters }) => replayAll(letters, filter);
      const wanted = needId();
      return async ({ deadLetters: letters }) =>
        (await letters.replay(wanted)) ? `Handed over again: ${wanted}\n` : missing(wanted);
    }
    case 'remove': {
      const wanted = needId();
      return async ({ deadLetters: letters }) =>
        (await letters.remove(wanted)) ? `Given up: ${wanted}\n` : missing(wanted);
    }
    case 'resend': {
      if (id) throw new UsageError(`"resend" takes no id: what is "${id}"?`);
      const since = readSince(values.since, new Date());
      return async ({ recovery }) => {
        for (const aggregate of AGGREGATES) await recovery.askForResend(aggregate, since);
        return `Asked for ${AGGREGATES.join(', ')} since ${since.toISOString()}. Services that run begin within seconds.\n`;
      };
    }
    default:
      throw new UsageError(`There is no command "${command}".`);
  }
}

const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

function readSince(text: string | undefined, now: Date): Date {
  if (text === undefined) throw new UsageError('Since when? Give --since, such as --since 2h.');
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const since = unit
    ? new Date(now.getTime() - Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS])
    : /^\d{4}-\d\d-\d\d/.test(text)
      ? new Date(text)
      : new Date(Number.NaN);
  if (Number.isNaN(since.getTime()))
    throw new UsageError(
      `--since takes a length of time such as 2h, or a moment such as ${now.toISOString()}, got "${text}".`,
    );
  if (since > now) throw new UsageError(`--since takes a moment in the past, got "${text}".`);
  return since;
}

function missing(id: string): never {
  throw new Refusal(`There is no dead letter ${id}.`);
}

async function replayAll(letters: DeadLetterQueue, filter: { consumer?: string }): Promise<string> {
  const { replayed, failures } = await letters.replayAll(filter);
  if (failures.length > 0)
    throw new Refusal([`Handed over again: ${replayed}. Not all, because:`, ...failures].join('\n'));
  return `Handed over again: ${replayed}\n`;
}

function format(letters: readonly DeadLetter[], asJson: boolean): string {
  if (asJson) return letters.map((letter) => `${JSON.stringify(letter)}\n`).join('');
  if (letters.length === 0) return 'No dead letters.\n';
  const rows = letters.map(({ id, failedAt, consumer, event, attempts, reason }) => [
    id,
    failedAt,
    consumer,
    event?.type ?? '(not an event)',
    event?.aggregateId ?? '',
    String(attempts),
    (reason.split('\n')[0] ?? '').slice(0, 100),
  ]);
  const table = [['ID', 'FAILED AT', 'CONSUMER', 'TYPE', 'OF', 'ATTEMPTS', 'REASON'], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** What a command prints, and what its process ends with. */
export interface CommandResult {
  readonly code: 0 | 1;
  readonly out: string;
  readonly err: string;
}

/**
 * Carries out `npm run events -- …`; never rejects.
 * @param readConfig says which bus; asked only once the arguments are right
 */
export async function runCommand(
  args: readonly string[],
  readConfig: () => CliConfig,
): Promise<CommandResult> {
  try {
    return { code: 0, out: await run(args, readConfig), err: '' };
  } catch (error) {
    const isUsage = error instanceof UsageError;
    const isExpected = isUsage || error instanceof Refusal || error instanceof CliConfigError;
    const message = `${isExpected ? '' : 'Failed: '}${(error as Error).message}\n`;
    return { code: 1, out: '', err: isUsage ? `${message}\n${USAGE}` : message };
  }
}
