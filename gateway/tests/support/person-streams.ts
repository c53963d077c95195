import { verifyIdentity } from '@cartograph/kit/identity';
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { WebSocket } from 'ws';
import { startWorld, type TestWorld, until } from './gateway.js';
import { type RawUpstream, startRawUpstream, type UpstreamSubscription } from './raw-upstream.js';
import { startIssuer, type TokenClaims, type TokenIssuer } from './tokens.js';

const secret = 'a-secret-between-services-only-0123456789';
const orders = {
  name: 'orders',
  typeDefs: `type Query { order: String } type Event { cursor: String! text: String }
    type Subscription { plain: Event! resumable(after: String): Event! }`,
};

/** The subscriptions of the graph below: one that goes on after a cursor, and one that cannot. */
export const PLAIN = 'subscription { plain { text } }';
export const RESUMABLE = 'subscription { resumable { text } }';

interface Message {
  readonly id?: string;
  readonly type: string;
  readonly payload?: never;
}

/** A person's WebSocket. */
export interface PersonSocket {
  closed(): number | undefined;
  subscribe(id: string, query: string): void;
  /** All messages so far. */
  messages(): readonly Message[];
  /** Those of one operation. */
  of(id: string): Message[];
  pongs(): Message[];
  renew(next?: TokenClaims): Promise<void>;
  /** Resolves when everything that was sent before has arrived. */
  settled(): Promise<void>;
  end(): void;
}

/**
 * A gateway with identity over one subgraph whose WebSocket the test plays, both new for each test. The subgraph's
 * subscriptions in `open()`, by whom they are, and the sockets of people.
 */
export class PersonStreams {
  issuer!: TokenIssuer;
  upstream!: RawUpstream;
  world!: TestWorld;
  // Tokens of one session that are made in the same second are one token unless they end at different times.
  #lifetimeMs = 120_000;

  constructor(environment: Record<string, string> = {}) {
    beforeAll(async () => {
      this.issuer = await startIssuer();
    });
    afterAll(() => this.issuer.stop());
    beforeEach(async () => {
      this.upstream = await startRawUpstream();
      this.world = await startWorld([orders], {
        AUTH_JWKS_URL: this.issuer.jwksUrl,
        INTERNAL_AUTH_SECRET: secret,
        SUBGRAPH_WS: `orders=${this.upstream.url}`,
        ...environment,
      });
    });
    afterEach(async () => {
      await this.world.stop();
      await this.upstream.close();
    });
  }

  async bearer(claims: TokenClaims = {}, lifetimeMs = (this.#lifetimeMs += 1_000)): Promise<string> {
    return `Bearer ${await this.issuer.issue(claims, lifetimeMs)}`;
  }

  /** The identity that came with a subscription. */
  identityOf({ payload }: UpstreamSubscription) {
    return verifyIdentity(payload.extensions.headers['x-cartograph-identity'], {
      audience: 'orders',
      secret,
    });
  }

  /** Waits until so many subscriptions are open upstream. */
  async openAt(count: number): Promise<UpstreamSubscription[]> {
    const { upstream } = this;
    await until(() => upstream.open().length === count, `${count} subscriptions upstream`, 20_000);
    return upstream.open();
  }

  async openSocket(claims: TokenClaims = {}, lifetimeMs?: number): Promise<PersonSocket> {
    const socket = new WebSocket(this.world.url.replace('http', 'ws'), 'graphql-transport-ws');
    const got: Message[] = [];
    let closed: number | undefined;
    socket.on('message', (data) => got.push(JSON.parse(String(data)) as Message));
    socket.on('close', (code) => (closed = code));
    await new Promise((resolve) => socket.once('open', resolve));
    const send = (message: object): void => socket.send(JSON.stringify(message));
    send({ type: 'connection_init', payload: { authorization: await this.bearer(claims, lifetimeMs) } });
    await until(() => got.length === 1, 'the acknowledgement');
    const pongs = (): Message[] => got.filter(({ type }) => type === 'pong');
    const pinged = async (payload: object): Promise<void> => {
      const before = pongs().length;
      send({ type: 'ping', payload });
      await until(() => closed !== undefined || pongs().length > before, 'the pong');
    };
    return {
      closed: () => closed,
      subscribe: (id, query) => send({ id, type: 'subscribe', payload: { query } }),
      messages: () => got,
      of: (id) => got.filter((message) => message.id === id),
      pongs,
      renew: async (next = {}) => pinged({ authorization: await this.bearer(next) }),
      settled: () => pinged({}),
      end: () => socket.terminate(),
    };
  }
}
