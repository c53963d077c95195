import { createLogger, newId, systemClock } from '@cartograph/kit';
import type { DataSource } from 'typeorm';
import { tokenSettings, type CommandConfig } from '../config.js';
import { readEmail } from '../domain/email.js';
import { createMemoryCounter } from '../store/memory-counter.js';
import { createPostgresStore } from '../store/postgres-store.js';
import type { UsersStore } from '../store/store.js';
import type { Deps } from '../use-cases/deps.js';
import { makeAdmin, type MadeAdmin } from '../use-cases/make-admin.js';
import { createKeyRing } from '../use-cases/shared/key-ring.js';
import { createPasswords } from '../use-cases/shared/passwords.js';
import { readArguments, runCommand, UsageError, withDatabase, type CommandResult } from './command.js';

const USAGE = `Usage: npm run users -- <command>

  make-admin EMAIL         make the account with this address an administrator; if there is none, create it and print a
                           link that sets its password, valid once, for 24 hours
  make-admin EMAIL --link  print such a link for an existing account, too
  duplicates               list accounts whose address another account has in another spelling

Reads USERS_DATABASE_URL, INTERNAL_AUTH_SECRET and STOREFRONT_URL from the environment, or from the shop that npm start
runs here. In a container: node dist/cli/users.js <command>.
`;

/** `npm run users -- …args` */
export const usersCommand = (args: readonly string[], source?: NodeJS.ProcessEnv): Promise<CommandResult> =>
  runCommand(USAGE, () => run(args, source));

async function run(args: readonly string[], source: NodeJS.ProcessEnv | undefined): Promise<string> {
  const { positionals, values } = readArguments(args, {
    link: { type: 'boolean' },
    help: { type: 'boolean' },
  });
  if (values.help) return USAGE;
  const [command, given, ...extra] = positionals;
  if (extra.length > 0) throw new UsageError(`Unexpected argument "${extra.join(' ')}".`);
  if (command === 'duplicates')
    return withDatabase(source, (database) => listDuplicates(createPostgresStore(database)));
  if (command !== 'make-admin')
    throw new UsageError(command ? `Unknown command "${command}".` : 'A command is required.');
  if (given === undefined) throw new UsageError('make-admin requires an e-mail address.');
  const email = readEmail(given);
  if (typeof email === 'string') throw new UsageError(`"${given}": ${email}`);
  return withDatabase(source, async (database, config) => {
    const made = await makeAdmin(createDeps(database, config), email, { withLink: values.link ?? false });
    if (made.outcome === 'deactivated')
      throw new Error(
        `${made.user.email} is deactivated. An administrator can reactivate it (setUserActive); or use another address.`,
      );
    return describe(made, config.STOREFRONT_URL);
  });
}

function describe({ outcome, user, link }: MadeAdmin, storefront: string): string {
  const account = `registered ${user.createdAt.toISOString()} as "${user.name}"`;
  const result = {
    created: `Created ${user.email} as an administrator.`,
    promoted: `${user.email} (${account}) is now an administrator. Open sessions get the new role when they renew their token.`,
    already: `${user.email} (${account}) is already an administrator.`,
    deactivated: '',
  }[outcome];
  if (!link) return `${result}\n`;
  const url = `${storefront}/reset-password?token=${encodeURIComponent(link.token)}`;
  return `${result}\n\nThis link sets the password, once, until ${link.expiresAt.toISOString()}:\n${url}\n`;
}

async function listDuplicates(store: UsersStore): Promise<string> {
  const duplicates = await store.findDuplicates();
  if (duplicates.length === 0) return 'No two accounts share an address.\n';
  return duplicates
    .map(
      ({ id, email, createdAt }) =>
        `${id}  ${JSON.stringify(email)}  registered ${createdAt.toISOString()}\n`,
    )
    .join('');
}

function createDeps(database: DataSource, config: CommandConfig): Deps {
  const base = {
    store: createPostgresStore(database),
    clock: systemClock,
    newId,
    logger: createLogger('users', 'silent'),
    ...tokenSettings(config),
  };
  return {
    ...base,
    keyRing: createKeyRing(base),
    passwords: createPasswords(),
    attempts: createMemoryCounter(),
    refreshTokenLifetimeMs: 0,
    // The relays of the running service publish them.
    onEvents: () => {},
    onRevocations: () => {},
    onPasswordCheck: () => {},
  };
}
