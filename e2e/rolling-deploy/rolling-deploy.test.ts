import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findFreePort, spawnGuarded } from '@cartograph/processes';
import {
  createGraphClient,
  type GraphClient,
  startTestStack,
  type TestStack,
  until,
} from '@cartograph/testing';
import pg from 'pg';
import { type Balancer, startBalancer } from '../harness/balancer.js';
import { groupBy } from '../invariants/group-by.js';
import { checkOut, createProduct, fillCart } from '../harness/shop.js';
import { type Follower, followBySocket, followBySse } from './followers.js';
import { type Load, startLoad } from './load.js';

const SUBGRAPHS = ['users', 'products', 'cart', 'orders', 'payments', 'notifications'];
/** `npm run proof:rolling-deploy` rolls all; else those that streams and purchases depend on most stand for them. */
const ROLLED = process.env['ROLL_ALL'] ? [...SUBGRAPHS, 'gateway'] : ['products', 'orders', 'gateway'];
const WITH_TABLES = ['users', 'orders', 'payments', 'notifications'].filter((name) => ROLLED.includes(name));
/** Longer than the balancer needs to see that a process is no longer ready; the cluster's is in k8s/base/service. */
const DRAIN_DELAY_MS = '1000';

// One load and the same subscribers from beginning to end: each roll is an event in their lives, not a new world.
describe('a rolling deploy under load', () => {
  let stack: TestStack;
  const balancers = new Map<string, Balancer>();
  const replacements: ReturnType<typeof spawnGuarded>[] = [];
  let customer: GraphClient;
  let load: Load;
  let bySocket: Follower;
  let bySse: Follower;
  /** Cursors from before there were subscribers. */
  let known: readonly string[];

  beforeAll(async () => {
    for (const name of ['gateway', ...SUBGRAPHS]) balancers.set(name, await startBalancer());
    const url = (name: string) => balancers.get(name)!.url;
    stack = await startTestStack({
      env: {
        DRAIN_DELAY_MS,
        PAYMENT_DELAY_MS: '200',
        SUBGRAPH_URLS: SUBGRAPHS.map((name) => `${name}=${url(name)}/graphql`).join(','),
        ...Object.fromEntries(SUBGRAPHS.map((name) => [`${name.toUpperCase()}_URL`, url(name)])),
        AUTH_JWKS_URL: `${url('users')}/.well-known/jwks.json`,
      },
    });
    for (const [name, balancer] of balancers) balancer.backends = [stack.url(name)];
    await until(() => [...balancers].every(([name, each]) => each.isReady(stack.url(name))), {
      timeoutMs: 60_000,
      what: 'the balancers',
    });
    const graph = createGraphClient(`${url('gateway')}/graphql`);
    const signIn = async (email: string) => {
      const { login } = await graph.expectData<{ login: { session: { accessToken: string } } }>(
        'mutation ($email: String!) { login(input: { email: $email, password: "cartograph" }) { session { accessToken } } }',
        { email },
      );
      return login.session.accessToken;
    };
    const admin = graph.as(await signIn('ada@example.com'));
    const token = await signIn('carl@example.com');
    customer = graph.as(token);
    const product = await createProduct(admin, 10_000);
    await fillCart(customer, product);
    await checkOut(customer);
    const [first] = await settledHistories(customer);
    known = first![1];
    bySocket = followBySocket(url('gateway'), token, known.at(-1)!);
    bySse = followBySse(url('gateway'), token, known.at(-1)!);
    load = startLoad(customer, admin, product);
    await until(() => bySocket.events.length > 0 && bySse.events.length > 0, {
      timeoutMs: 60_000,
      what: 'both subscribers',
    });
  }, 180_000);

  afterAll(async () => {
    await Promise.all([load?.stop(), bySocket?.stop(), bySse?.stop()]);
    for (const each of replacements) each.kill('SIGKILL');
    await stack?.stop();
    for (const balancer of balancers.values()) await balancer.close();
  });

  /** As a Deployment does with maxUnavailable 0: a new process is ready before the old one is told to stop. */
  async function roll(service: string): Promise<{ milliseconds: number }> {
    const balancer = balancers.get(service)!;
    const port = await findFreePort();
    const folder = service === 'gateway' ? service : `subgraphs/${service}`;
    const main = fileURLToPath(new URL(`../../${folder}/dist/main.js`, import.meta.url));
    replacements.push(
      spawnGuarded(process.execPath, [main], {
        onParentDeath: 'SIGKILL',
        env: { ...stack.environment(service), PORT: String(port) },
        stdio: 'ignore',
      }),
    );
    const url = `http://127.0.0.1:${port}`;
    balancer.backends = [...balancer.backends, url];
    await until(() => balancer.isReady(url), { timeoutMs: 60_000, what: `the new ${service}` });
    const began = Date.now();
    await stack.halt(service);
    return { milliseconds: Date.now() - began };
  }

  /** Work of every kind and events on both streams that came after this moment. */
  async function lifeGoesOn(): Promise<void> {
    const before = { answered: { ...load.answered }, events: [bySocket.events.length, bySse.events.length] };
    await until(
      () =>
        Object.entries(load.answered).every(([kind, count]) => count >= before.answered[kind]! + 2) &&
        bySocket.events.length > before.events[0]! &&
        bySse.events.length > before.events[1]!,
      { timeoutMs: 60_000, what: 'requests of every kind and events on both streams' },
    );
  }

  it('begins with migrations of a version to come, which only add, and fails no request of the running one', async () => {
    for (const service of WITH_TABLES) {
      await migrateToNextRelease(stack.storeUrl(service, `${service.toUpperCase()}_DATABASE_URL`));
      // The Job of the version that runs, twice at once: after a rollout that was undone it meets tables that are ahead of it.
      const jobs = [runMigrationJob(stack, service), runMigrationJob(stack, service)];
      expect(await Promise.all(jobs)).toEqual([0, 0]);
    }
    await lifeGoesOn();
    expect(load.failures).toEqual([]);
    expect([...bySocket.troubles, ...bySse.troubles]).toEqual([]);
  }, 150_000);

  it.each(ROLLED)(
    'of %s fails no request and ends no stream for good',
    async (service) => {
      const { milliseconds } = await roll(service);
      await lifeGoesOn();

      expect(load.failures).toEqual([]);
      expect([...bySocket.troubles, ...bySse.troubles]).toEqual([]);
      // The gateway asks its subscribers to go elsewhere; of a subgraph's deploy they notice nothing.
      expect(bySocket.ends).toEqual(service === 'gateway' ? ['1001'] : []);
      expect(bySse.ends).toEqual(service === 'gateway' ? ['come again'] : []);
      // It drained and ended. A process that does not finish in time logs that and ends with 1.
      expect(stack.logs(service)).toMatch(/"msg":"Stopped"/);
      expect(milliseconds).toBeLessThan(10_000);
    },
    150_000,
  );

  it('leaves subscribers with every event of every order, once and in order', async () => {
    await load.stop();
    const histories = await settledHistories(customer);
    const truth = new Map(
      histories.map(([id, cursors]) => [id, cursors.filter((each) => !known.includes(each))]),
    );
    const count = [...truth.values()].flat().length;
    for (const { events } of [bySocket, bySse]) {
      await until(() => events.length >= count, { timeoutMs: 60_000, what: 'the last events' });
      const told = groupBy(events, ({ orderId }) => orderId);
      for (const [id, cursors] of truth)
        expect(told.get(id)?.map(({ cursor }) => cursor) ?? []).toEqual(cursors);
      expect(events).toHaveLength(count);
    }
  }, 150_000);
});

/** Cursors of everything that happened to each of a customer's orders, once no payment is under way. */
async function settledHistories(customer: GraphClient): Promise<[id: string, cursors: string[]][]> {
  interface Page {
    readonly me: {
      readonly orders: {
        readonly nodes: { id: string; status: string; history: { cursor: string }[] }[];
        readonly pageInfo: { hasNextPage: boolean; endCursor: string };
      };
    };
  }
  return until(async () => {
    const orders: Page['me']['orders']['nodes'] = [];
    for (let after: string | null = null, hasNext = true; hasNext;) {
      const page: Page = await customer.expectData(
        `query ($after: String) { me { orders(first: 100, after: $after) {
           nodes { id status history { cursor } } pageInfo { hasNextPage endCursor } } } }`,
        { after },
      );
      orders.push(...page.me.orders.nodes);
      ({ hasNextPage: hasNext, endCursor: after } = page.me.orders.pageInfo);
    }
    const isSettled = orders.length > 0 && orders.every(({ status }) => status !== 'PENDING');
    return isSettled
      ? orders.map<[string, string[]]>(({ id, history }) => [id, history.map(({ cursor }) => cursor)])
      : undefined;
  });
}

/** What docs/upgrading.md allows the next version to do before this one has gone: nullable columns, in every table. */
async function migrateToNextRelease(url: string): Promise<void> {
  const database = new pg.Client({ connectionString: url });
  await database.connect();
  try {
    const { rows } = await database.query<{ tablename: string }>(
      `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations'`,
    );
    expect(rows.length).toBeGreaterThan(2);
    for (const { tablename } of rows)
      await database.query(`ALTER TABLE "${tablename}" ADD COLUMN next_release text`);
    await database.query(
      `INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'NextRelease9999999999999')`,
    );
  } finally {
    await database.end();
  }
}

async function runMigrationJob(stack: TestStack, service: string): Promise<unknown> {
  const main = fileURLToPath(new URL(`../../subgraphs/${service}/dist/main.js`, import.meta.url));
  const job = spawnGuarded(process.execPath, [main, 'migrate'], {
    onParentDeath: 'SIGKILL',
    env: stack.environment(service),
    stdio: 'ignore',
  });
  const [code] = await once(job, 'exit');
  return code;
}
