import { parseArgs } from 'node:util';
import { ConfigError, createLogger } from '@cartograph/kit';
import { readCommandConfig } from '../config.js';
import { readEmail } from '../domain/email.js';
import { createPasswords } from '../domain/password.js';
import { createKeyRing } from '../key-ring.js';
import type { MadeAdmin } from '../service/admins.js';
import { createUsersService, type UsersService } from '../service.js';
import { createMemoryCounter } from '../store/attempt-counter.js';
import { openDatabase } from '../store/database.js';
import { createTypeormStore } from '../store/typeorm-store.js';

const USAGE = `Usage: npm run users -- <command>

  make-admin EMAIL         make the account with this address an administrator; if there is none, create it and
                           print a link that sets its password, good once, for 24 hours
  make-admin EMAIL --link  print such a link for an account that exists, too
  duplicates               accounts that share an address with another account in another spelling

Takes USERS_DATABASE_URL, INTERNAL_AUTH_SECRET and STOREFRONT_URL from the environment, or else from the shop that
npm start runs here. In a container: node dist/cli/users.js <command>.
`;

class UsageError extends Error {}

/** `npm run users -- …args`. @returns what to say, and the process's exit code */
export async function usersCommand(
  args: readonly string[],
  source?: NodeJS.ProcessEnv,
): Promise<{ code: 0 | 1; text: string }> {
  try {
    return { code: 0, text: await run(args, source) };
  } catch (error) {
    const isUsage = error instanceof UsageError;
    const message =
      isUsage || error instanceof ConfigError ? error.message : `Failed: ${(error as Error).message}`;
    return { code: 1, text: `${message}\n${isUsage ? `\n${USAGE}` : ''}` };
  }
}

async function run(args: readonly string[], source: NodeJS.ProcessEnv | undefined): Promise<string> {
  const { positionals, values } = readArguments(args);
  if (values.help) return USAGE;
  const [command, given, ...more] = positionals;
  if (more.length > 0) throw new UsageError(`"${more.join(' ')}" is one argument too many.`);
  if (command === 'duplicates') return withService(source, listDuplicates);
  if (command !== 'make-admin')
    throw new UsageError(command ? `There is no command "${command}".` : 'A command is needed.');
  if (given === undefined) throw new UsageError('make-admin needs an e-mail address.');
  const email = readEmail(given);
  if (typeof email === 'string') throw new UsageError(`"${given}": ${email}`);
  return withService(source, async (service, storefront) => {
    const made = await service.makeAdmin(email, { withLink: values.link ?? false });
    if (made.outcome === 'deactivated')
      throw new Error(
        `${made.user.email} has been deactivated. An administrator has to make it active again (setUserActive); or name another address.`,
      );
    return describe(made, storefront);
  });
}

function describe({ outcome, user, link }: MadeAdmin, storefront: string): string {
  const since = `registered ${user.createdAt.toISOString()} as "${user.name}"`;
  const said = {
    created: `Created ${user.email} as an administrator.`,
    promoted: `${user.email} (${since}) is an administrator now. Open sessions get the new role when they renew their token.`,
    already: `${user.email} (${since}) is an administrator already.`,
    deactivated: '',
  }[outcome];
  if (!link) return `${said}\n`;
  const url = `${storefront}/reset-password?token=${encodeURIComponent(link.token)}`;
  return `${said}\n\nSet the password here, once, until ${link.expiresAt.toISOString()}:\n${url}\n`;
}

async function listDuplicates(service: UsersService): Promise<string> {
  const duplicates = await service.duplicates();
  if (duplicates.length === 0) return 'No account shares its address with another one.\n';
  return duplicates
    .map(
      ({ id, email, createdAt }) =>
        `${id}  ${JSON.stringify(email)}  registered ${createdAt.toISOString()}\n`,
    )
    .join('');
}

async function withService(
  source: NodeJS.ProcessEnv | undefined,
  work: (service: UsersService, storefront: string) => Promise<string>,
): Promise<string> {
  const config = readCommandConfig(source);
  const database = await openDatabase(config.USERS_DATABASE_URL, 2);
  try {
    const store = createTypeormStore(database);
    const logger = createLogger('users', 'silent');
    const secret = config.KEY_ENCRYPTION_SECRET ?? config.INTERNAL_AUTH_SECRET;
    const accessTokenLifetimeMs = config.ACCESS_TOKEN_LIFETIME_S * 1000;
    const clock = () => new Date();
    const service = createUsersService({
      store,
      keyRing: createKeyRing({ store, secret, accessTokenLifetimeMs, clock, logger }),
      passwords: createPasswords(),
      attempts: createMemoryCounter(),
      clock,
      logger,
      accessTokenLifetimeMs,
      refreshTokenLifetimeMs: 0,
      tokenSecret: secret,
      // The service's relays send them.
      onEvents: () => {},
      onRevocations: () => {},
      onPasswordCheck: () => {},
    });
    return await work(service, config.STOREFRONT_URL);
  } finally {
    await database.destroy();
  }
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { link: { type: 'boolean' }, help: { type: 'boolean' } },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
