import { parseArgs, type ParseArgsConfig } from 'node:util';
import { ConfigError } from '@cartograph/kit';
import type { DataSource } from 'typeorm';
import { readCommandConfig, type CommandConfig } from '../config.js';
import { usersDatabase } from '../store/database.js';

/** The command was called with wrong arguments; its usage is printed. */
export class UsageError extends Error {}

/** What a command prints, and the exit code of its process. */
export interface CommandResult {
  readonly code: 0 | 1;
  readonly text: string;
}

/** Runs a command and turns what it throws into a message. */
export async function runCommand(usage: string, work: () => Promise<string>): Promise<CommandResult> {
  try {
    return { code: 0, text: await work() };
  } catch (error) {
    const isUsage = error instanceof UsageError;
    const message =
      isUsage || error instanceof ConfigError ? error.message : `Failed: ${(error as Error).message}`;
    return { code: 1, text: `${message}\n${isUsage ? `\n${usage}` : ''}` };
  }
}

/** @throws UsageError for an unknown option */
export function readArguments<const Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Runs `work` with a connection to the database that the environment or the running shop names. */
export async function withDatabase<Result>(
  source: NodeJS.ProcessEnv | undefined,
  work: (database: DataSource, config: CommandConfig) => Promise<Result>,
): Promise<Result> {
  const config = readCommandConfig(source);
  const database = await usersDatabase.connect(config.USERS_DATABASE_URL, { name: 'users-cli', poolSize: 2 });
  try {
    return await work(database.handle, config);
  } finally {
    await database.close();
  }
}

/** The main program of a command. */
export async function runAsProgram(
  command: (args: readonly string[]) => Promise<CommandResult>,
): Promise<void> {
  const { code, text } = await command(process.argv.slice(2));
  (code === 0 ? process.stdout : process.stderr).write(text);
  process.exitCode = code;
}
