import {
  createApp,
  createLogger,
  createRegistry,
  IDENTITY_HEADER,
  signIdentity,
  type Identity,
} from '@cartograph/kit';
import { createTestDatabase, startTestRedis, type GraphResult } from '@cartograph/testing';
import { decodeJwt } from 'jose';
import pg from 'pg';
import { createUsers } from '../../src/app.js';
import { usersConfig } from '../../src/config.js';
import type { PasswordCost } from '../../src/use-cases/shared/passwords.js';

export const SECRET = 'a-secret-that-is-long-enough-for-this-test';
export const PASSWORD = 'correct horse battery';
export const ANONYMOUS: Identity = { kind: 'anonymous' };

export interface Tokens {
  readonly accessToken: string;
  readonly accessTokenExpiresAt: string;
  readonly refreshToken: string;
  readonly refreshTokenExpiresAt: string;
  readonly user: {
    readonly id: string;
    readonly email: string;
    readonly name: string;
    readonly role: string;
  };
}

export interface UserError {
  readonly code: string;
  readonly message: string;
  readonly field: string[] | null;
}

export interface Asker {
  readonly as?: Identity;
  readonly address?: string;
  readonly userAgent?: string;
}

type Payload = { userErrors: UserError[] } & Record<string, unknown>;

const SESSION = `session { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt user { id email name role } }`;
const FIELDS: Record<string, string> = {
  register: SESSION,
  login: SESSION,
  refreshSession: SESSION,
  changePassword: SESSION,
  resetPassword: SESSION,
  logout: 'endedSessions',
  revokeSession: 'sessionId',
  updateProfile: 'user { id name }',
  requestEmailChange: 'email user { id email }',
  confirmEmailChange: 'email user { id email }',
  requestPasswordReset: 'isAccepted',
  setUserRole: 'user { id role isActive }',
  setUserActive: 'user { id role isActive }',
};

/** Nearly free, for tests that are not about the cost of hashing. */
const CHEAP: PasswordCost = { memoryCost: 64, timeCost: 1, parallelism: 1 };

/** Starts the users service in this process, over real HTTP, with its own database. */
export async function startUsersWorld(
  options: {
    redis?: boolean;
    env?: Record<string, string>;
    databaseUrl?: string;
    passwordCost?: PasswordCost;
  } = {},
) {
  const own = options.databaseUrl === undefined ? await createTestDatabase() : undefined;
  const databaseUrl = options.databaseUrl ?? own!.url;
  const redis = options.redis ? await startTestRedis() : undefined;
  const config = usersConfig.read({
    NODE_ENV: 'test',
    INTERNAL_AUTH_SECRET: SECRET,
    USERS_DATABASE_URL: databaseUrl,
    REDIS_URL: redis?.url ?? '',
    DATABASE_POOL_SIZE: '10',
    ...options.env,
  });
  const registry = createRegistry('users');
  const app = await createApp(createUsers({ passwordCost: options.passwordCost ?? CHEAP }), config, {
    logger: createLogger('users', 'silent'),
    registry,
  });
  const base = await app.http.listen({ host: '127.0.0.1', port: 0 });
  await app.start?.();
  const database = new pg.Pool({ connectionString: databaseUrl, max: 3 });
  let people = 0;

  async function query<Data = Record<string, unknown>>(
    document: string,
    variables: Record<string, unknown> = {},
    { as = ANONYMOUS, address, userAgent }: Asker = {},
  ): Promise<GraphResult<Data>> {
    const identity = await signIdentity({
      identity: as,
      audience: 'users',
      issuer: issuerOf(as),
      secret: SECRET,
    });
    const response = await fetch(`${base}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        [IDENTITY_HEADER]: identity,
        ...(address !== undefined && { 'x-forwarded-for': address }),
        ...(userAgent !== undefined && { 'x-client-user-agent': userAgent }),
      },
      body: JSON.stringify({ query: document, variables }),
    });
    return (await response.json()) as GraphResult<Data>;
  }

  /** Calls one mutation. @returns the whole result, its payload, and the code of its refusal */
  async function mutate(name: string, input: Record<string, unknown>, asker?: Asker) {
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
    const result = await query<Record<string, Payload>>(
      `mutation ($input: ${type}!) { ${name}(input: $input) { ${FIELDS[name]} userErrors { code message field } } }`,
      { input },
      asker,
    );
    const payload = result.data?.[name];
    return {
      result,
      payload,
      session: (payload?.['session'] ?? null) as Tokens | null,
      user: (payload?.['user'] ?? null) as Record<string, unknown> | null,
      userErrors: payload?.userErrors ?? [],
      refusal: payload?.userErrors[0]?.code ?? result.errors?.[0]?.extensions?.code,
    };
  }

  async function register(input: Partial<Record<'email' | 'password' | 'name', string>> = {}, asker?: Asker) {
    people += 1;
    const full = {
      email: `person${people}@example.com`,
      password: PASSWORD,
      name: `Person ${people}`,
      ...input,
    };
    const { session, result } = await mutate('register', full, asker);
    if (!session) throw new Error(`Could not register: ${JSON.stringify(result)}`);
    return { session, identity: identityOf(session), id: session.user.id, email: session.user.email };
  }

  /** A new administrator, signed in with that role. */
  async function registerAdmin() {
    const person = await register();
    await database.query(`UPDATE users SET role = 'ADMIN' WHERE id = $1`, [person.id]);
    const { session } = await mutate('login', { email: person.email, password: PASSWORD });
    return { ...person, session: session!, identity: identityOf(session!) };
  }

  let stopped: Promise<void> | undefined;
  function stopApp(): Promise<void> {
    app.drain();
    return (stopped ??= app.close());
  }

  return {
    base,
    databaseUrl,
    database,
    redis,
    registry,
    query,
    mutate,
    register,
    registerAdmin,
    /** The events in the outbox, oldest first. */
    async events() {
      const { rows } = await database.query<{ event: { type: string; data: Record<string, string> } }>(
        'SELECT event FROM outbox ORDER BY position',
      );
      return rows.map(({ event }) => event);
    },
    /** Stops the service but keeps its database. */
    stopApp,
    async close() {
      await stopApp();
      await database.end();
      await redis?.close();
      await own?.drop();
    },
  };
}

export type UsersWorld = Awaited<ReturnType<typeof startUsersWorld>>;

const issuerOf = (identity: Identity) =>
  identity.kind === 'service' ? `service:${identity.name}` : 'gateway';

/** The identity that the gateway derives from an access token. */
export function identityOf({
  accessToken,
}: Pick<Tokens, 'accessToken'>): Extract<Identity, { kind: 'user' }> {
  const { sub, role, sid, exp } = decodeJwt<{ role: 'CUSTOMER' | 'ADMIN'; sid: string }>(accessToken);
  return { kind: 'user', userId: sub!, role, sessionId: sid, expiresAt: exp! * 1000 };
}
