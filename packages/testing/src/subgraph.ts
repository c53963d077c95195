import {
  createApp,
  createLogger,
  createRegistry,
  IDENTITY_HEADER,
  signIdentity,
  type FrameOverrides,
  type Identity,
  type Role,
  type Subgraph,
  type SubgraphConfig,
} from '@cartograph/kit';
import type { GraphResult } from './graph-client.js';

export const TEST_SECRET = 'a-secret-that-is-long-enough-for-tests';

/** What every service's configuration holds, as tests want it. */
export const testBaseConfig = {
  NODE_ENV: 'test',
  HOST: '127.0.0.1',
  PORT: 0,
  LOG_LEVEL: 'silent',
  INTERNAL_AUTH_SECRET: TEST_SECRET,
  DRAIN_DELAY_MS: 0,
  SENT_EVENTS_KEEP_HOURS: 72,
  REDIS_URL: undefined,
  REDIS_CLUSTER: false,
  AMQP_URL: undefined,
  MIGRATE_ON_START: true,
} as const;

export const anonymous: Identity = { kind: 'anonymous' };

/** A signed-in user whose token ends in an hour. */
export const userIdentity = (userId: string, role: Role = 'CUSTOMER'): Identity => ({
  kind: 'user',
  userId,
  role,
  sessionId: `session-of-${userId}`,
  expiresAt: Date.now() + 3_600_000,
});

export const serviceIdentity = (name: string): Identity => ({ kind: 'service', name });

export interface RunningSubgraph {
  /** Base URL, without `/graphql`. */
  readonly url: string;
  /** Sends one operation as the gateway would for `identity`. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests know the shape of their query
  ask<Data = any>(query: string, variables?: object, identity?: Identity): Promise<GraphResult<Data>>;
  close(): Promise<void>;
}

/** Runs a subgraph in this process on a free port, its background work included. */
export async function startSubgraph<Config extends SubgraphConfig>(
  subgraph: Subgraph<Config>,
  config: Config,
  overrides?: FrameOverrides,
): Promise<RunningSubgraph> {
  const { name } = subgraph;
  const runtime = { logger: createLogger(name, 'silent'), registry: createRegistry(name) };
  const app = await createApp(subgraph, config, runtime, overrides);
  const url = await app.http.listen({ host: '127.0.0.1', port: 0 });
  await app.start?.();
  return {
    url,
    async ask<Data>(query: string, variables: object = {}, identity: Identity = anonymous) {
      const issuer = identity.kind === 'service' ? `service:${identity.name}` : 'gateway';
      const signature = await signIdentity({ identity, audience: name, issuer, secret: TEST_SECRET });
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', [IDENTITY_HEADER]: signature },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as GraphResult<Data>;
    },
    close: () => app.close(),
  };
}
