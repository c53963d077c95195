import { createLogger, newId, systemClock } from '@cartograph/kit';
import { tokenSettings } from '../config.js';
import { signingCandidates, type SigningKey } from '../domain/signing-key.js';
import { createPostgresStore } from '../store/postgres-store.js';
import { createKeyRing, type KeyRing } from '../use-cases/shared/key-ring.js';
import { readArguments, runCommand, UsageError, withDatabase, type CommandResult } from './command.js';

/** Much longer than any verifier caches the published keys: gateways 20 s, HTTP caches 15 s. */
const PUBLISH_AHEAD_S = 1_200;
const LONGEST_AHEAD_S = 30 * 86_400;

const USAGE = `Usage: npm run keys -- <command>

  list              show the keys that sign access tokens, newest first
  rotate            create a key: published immediately, signs in ${PUBLISH_AHEAD_S / 60} minutes, when all verifiers know it
  rotate --after N  create a key that signs in N seconds
  rotate --now      create a key that signs immediately (after a leak; then revoke the old one)
  revoke KID        stop publishing a key: within a minute its tokens are refused, and clients renew them

Reads USERS_DATABASE_URL and INTERNAL_AUTH_SECRET (or KEY_ENCRYPTION_SECRET) from the environment, or from the shop that
npm start runs here.
`;

/** `npm run keys -- …args` */
export const keysCommand = (args: readonly string[], source?: NodeJS.ProcessEnv): Promise<CommandResult> =>
  runCommand(USAGE, () => run(args, source));

async function run(args: readonly string[], source: NodeJS.ProcessEnv | undefined): Promise<string> {
  const { positionals, values } = readArguments(args, {
    after: { type: 'string' },
    now: { type: 'boolean' },
    help: { type: 'boolean' },
  });
  const [command, id] = positionals;
  if (values.help) return USAGE;
  if (!command || !['list', 'rotate', 'revoke'].includes(command))
    throw new UsageError(command ? `Unknown command "${command}".` : 'A command is required.');
  const after = values.now ? 0 : Number(values.after ?? PUBLISH_AHEAD_S);
  if (!Number.isInteger(after) || after < 0 || after > LONGEST_AHEAD_S)
    throw new UsageError(
      `--after must be whole seconds from 0 to ${LONGEST_AHEAD_S}, got "${values.after}".`,
    );
  if (command === 'revoke' && !id)
    throw new UsageError('revoke requires the id of a key, as "list" shows it.');

  return withDatabase(source, async (database, config) => {
    const keyRing = createKeyRing({
      store: createPostgresStore(database),
      ...tokenSettings(config),
      clock: systemClock,
      newId,
      logger: createLogger('users', 'silent'),
    });
    if (command === 'rotate') {
      const key = await keyRing.rotate(after * 1000);
      return `Created key ${key.id}; it signs from ${key.activeFrom.toISOString()}.\n\n${await table(keyRing)}`;
    }
    if (command === 'revoke') {
      if (!(await keyRing.revoke(id!))) throw new UsageError(`There is no key ${id}.`);
      return `Key ${id} is no longer published; its tokens are refused within a minute.\n\n${await table(keyRing)}`;
    }
    return table(keyRing);
  });
}

async function table(keyRing: KeyRing): Promise<string> {
  const keys = await keyRing.list();
  const now = systemClock();
  const [signing] = signingCandidates(keys, now);
  const stateOf = (key: SigningKey) => {
    if (key.retiresAt && key.retiresAt <= now) return `retired at ${key.retiresAt.toISOString()}`;
    const states = [
      ...(key.id === signing?.id ? ['signs now'] : []),
      ...(key.activeFrom > now ? [`signs from ${key.activeFrom.toISOString()}`] : []),
      ...(key.retiresAt ? [`published until ${key.retiresAt.toISOString()}`] : []),
    ];
    return states.join(', ') || 'published';
  };
  return (
    keys.map((key) => `${key.id}  ${stateOf(key)}\n`).join('') ||
    'There are no keys. The users service creates one when it starts.\n'
  );
}
