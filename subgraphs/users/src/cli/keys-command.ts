import { parseArgs } from 'node:util';
import { ConfigError, createLogger } from '@cartograph/kit';
import { readCommandConfig } from '../config.js';
import { signingCandidates, type SigningKey } from '../domain/signing-key.js';
import { createKeyRing, type KeyRing } from '../key-ring.js';
import { openDatabase } from '../store/database.js';
import { createTypeormStore } from '../store/typeorm-store.js';

/** Much longer than anything keeps the published keys: gateways 20 s, HTTP caches 15. */
const PUBLISH_AHEAD_S = 1_200;

const USAGE = `Usage: npm run keys -- <command>

  list              the keys that access tokens are signed with, newest first
  rotate            make a new key: published at once, signing in ${PUBLISH_AHEAD_S / 60} minutes, when all know it
  rotate --after N  the same, signing in N seconds
  rotate --now      sign with it at once (after a leak; then revoke the old one)
  revoke KID        publish a key no longer: within a minute its tokens are refused, and people's clients renew them

Takes USERS_DATABASE_URL and INTERNAL_AUTH_SECRET (or KEY_ENCRYPTION_SECRET) from the environment, or else from
the shop that npm start runs here.
`;

class UsageError extends Error {}

/** `npm run keys -- …args`. @returns what to say, and the process's exit code */
export async function keysCommand(
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
  const [command, id] = positionals;
  if (values.help) return USAGE;
  if (!command || !['list', 'rotate', 'revoke'].includes(command))
    throw new UsageError(command ? `There is no command "${command}".` : 'A command is needed.');
  const after = values.now ? 0 : Number(values.after ?? PUBLISH_AHEAD_S);
  if (!Number.isInteger(after) || after < 0 || after > 30 * 86_400)
    throw new UsageError(`--after takes whole seconds up to 30 days, got "${values.after}".`);
  if (command === 'revoke' && !id) throw new UsageError('Which key? Give its id, as "list" shows it.');

  const config = readCommandConfig(source);
  const database = await openDatabase(config.USERS_DATABASE_URL, 2);
  try {
    const keyRing = createKeyRing({
      store: createTypeormStore(database),
      secret: config.KEY_ENCRYPTION_SECRET ?? config.INTERNAL_AUTH_SECRET,
      accessTokenLifetimeMs: config.ACCESS_TOKEN_LIFETIME_S * 1000,
      clock: () => new Date(),
      logger: createLogger('users', 'silent'),
    });
    if (command === 'rotate') {
      const key = await keyRing.rotate(after * 1000);
      return `Made key ${key.id}; it signs from ${key.activeFrom.toISOString()} on.\n\n${await table(keyRing)}`;
    }
    if (command === 'revoke') {
      if (!(await keyRing.revoke(id!))) throw new UsageError(`There is no key ${id}.`);
      return `Key ${id} is not published any more; its tokens are refused within a minute.\n\n${await table(keyRing)}`;
    }
    return await table(keyRing);
  } finally {
    await database.destroy();
  }
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { after: { type: 'string' }, now: { type: 'boolean' }, help: { type: 'boolean' } },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function table(keyRing: KeyRing): Promise<string> {
  const keys = await keyRing.list();
  const now = new Date();
  const [signing] = signingCandidates(keys, now);
  const state = (key: SigningKey) => {
    if (key.retiresAt && key.retiresAt <= now) return `retired at ${key.retiresAt.toISOString()}`;
    const doing = [
      ...(key.id === signing?.id ? ['signs now'] : []),
      ...(key.activeFrom > now ? [`signs from ${key.activeFrom.toISOString()} on`] : []),
      ...(key.retiresAt ? [`published until ${key.retiresAt.toISOString()}`] : []),
    ];
    return doing.join(', ') || 'published';
  };
  return (
    keys.map((key) => `${key.id}  ${state(key)}\n`).join('') ||
    'No keys: the users service makes one when it starts.\n'
  );
}
