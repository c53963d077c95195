import { parseArgs } from 'node:util';
import { pino } from 'pino';
import type { DeadLetter, DeadLetterQueue } from '../bus.js';
import { createBus } from '../create-bus.js';
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

Takes REDIS_URL or AMQP_URL from the environment, or else from the shop that npm start runs here.
`;

class UsageError extends Error {}
class Refusal extends Error {}

const options = {
  all: { type: 'boolean' },
  consumer: { type: 'string' },
  limit: { type: 'string' },
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
    return await work(bus.deadLetters);
  } finally {
    await bus.close();
  }
}

interface Values {
  readonly all?: boolean;
  readonly consumer?: string;
  readonly json?: boolean;
  readonly limit: number;
}

function commandFor(
  command: string,
  id: string | undefined,
  values: Values,
): (letters: DeadLetterQueue) => Promise<string> {
  const { consumer, limit } = values;
  const filter = consumer === undefined ? {} : { consumer };
  const needId = () => {
    if (!id) throw new UsageError(`Which one? Give its id, as "list" shows it.`);
    return id;
  };
  switch (command) {
    case 'list':
      return async (letters) => format(await letters.list({ ...filter, limit }), values.json ?? false);
    case 'show': {
      const wanted = needId();
      return async (letters) =>
        JSON.stringify((await letters.get(wanted)) ?? missing(wanted), null, 2) + '\n';
    }
    case 'replay': {
      if (values.all && id) throw new UsageError('Either an id or --all.');
      if (values.all) return (letters) => replayAll(letters, filter);
      const wanted = needId();
      return async (letters) =>
        (await letters.replay(wanted)) ? `Handed over again: ${wanted}\n` : missing(wanted);
    }
    case 'remove': {
      const wanted = needId();
      return async (letters) => ((await letters.remove(wanted)) ? `Given up: ${wanted}\n` : missing(wanted));
    }
    default:
      throw new UsageError(`There is no command "${command}".`);
  }
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
