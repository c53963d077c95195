import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createGraphClient,
  type GraphClient,
  startTestStack,
  type TestStack,
  until,
} from '@cartograph/testing';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { type Balancer, startBalancer } from '../harness/balancer.js';
import { checkOut, createProduct, fillCart } from '../harness/shop.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const SUBGRAPHS = ['users', 'products', 'cart', 'orders', 'payments', 'notifications'];
/** Longer than the balancer needs to see that a process is no longer ready; the cluster's is in k8s/base/service. */
const DRAIN_DELAY_MS = '1000';

interface OrderEvent {
  readonly cursor: string;
  readonly status: string;
}

describe('a rolling deploy under load', () => {
  let stack: TestStack;
  const balancers = new Map<string, Balancer>();
  const children: ChildProcess[] = [];
  let admin: GraphClient;
  let customer: GraphClient;
  let token: string;
  let product: string;

  beforeAll(async () => {
    for (const name of ['gateway', ...SUBGRAPHS]) balancers.set(name, await startBalancer());
    const url = (name: string) => balancers.get(name)!.url;
    stack = await startTestStack({
      env: {
        DRAIN_DELAY_MS,
        SUBGRAPH_URLS: SUBGRAPHS.map((name) => `${name}=${url(name)}/graphql`).join(','),
        ...Object.fromEntries(SUBGRAPHS.map((name) => [`${name.toUpperCase()}_URL`, url(name)])),
      },
    });
    for (const [name, balancer] of balancers) balancer.backends = [stack.url(name)];
    await until(() => [...balancers].every(([name, each]) => each.isReady(stack.url(name))), {
      timeoutMs: 10_000,
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
    admin = graph.as(await signIn('ada@example.com'));
    token = await signIn('carl@example.com');
    customer = graph.as(token);
    product = await createProduct(admin, 1_000);
  }, 120_000);

  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await stack?.stop();
    for (const balancer of balancers.values()) await balancer.close();
  });

  /** As a Deployment does with maxUnavailable 0: a new process is ready before the old one is told to stop. */
  async function roll(service: string): Promise<{ code: number | null }> {
    const balancer = balancers.get(service)!;
    const old = stack.pid(service)!;
    const port = await freePort();
    const folder = join(root, service === 'gateway' ? service : join('subgraphs', service));
    const child = spawn(process.execPath, ['--enable-source-maps', join(folder, 'dist', 'main.js')], {
      cwd: folder,
      env: { ...stack.environment(service), PORT: String(port) },
      stdio: 'ignore',
    });
    children.push(child);
    const url = `http://127.0.0.1:${port}`;
    balancer.backends = [...balancer.backends, url];
    await until(() => balancer.isReady(url), { timeoutMs: 30_000, what: `the new ${service}` });
    process.kill(old, 'SIGTERM');
    await until(() => !isAlive(old), { timeoutMs: 12_000, what: `the end of the old ${service}` });
    return { code: child.exitCode };
  }

  /** Checks out and looks at orders without a pause, until told to stop; gives what went wrong. */
  function load() {
    const failures: string[] = [];
    let count = 0;
    let isOver = false;
    const worker = async (work: () => Promise<unknown>) => {
      while (!isOver) {
        count += 1;
        await work().catch((error: unknown) => failures.push(String(error)));
      }
    };
    const look = () =>
      customer.expectData(
        '{ me { name orders(first: 5) { nodes { id status items { product { name } } payment { status } } } } }',
      );
    const buy = async () => {
      await fillCart(customer, product);
      const { userErrors } = await checkOut(customer);
      if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
    };
    const workers = [worker(look), worker(look), worker(buy)];
    return async () => {
      isOver = true;
      await Promise.all(workers);
      return { count, failures };
    };
  }

  /** A client that reconnects when it is asked to, from its last cursor, as gateway/README.md tells clients to. */
  function follow(orderId: string) {
    const events: OrderEvent[] = [];
    const closes: number[] = [];
    let isDone = false;
    const done = (async () => {
      while (!isDone) {
        const client = createClient({
          url: `${balancers.get('gateway')!.url.replace('http', 'ws')}/graphql`,
          webSocketImpl: WebSocket,
          connectionParams: { Authorization: `Bearer ${token}` },
          retryAttempts: 0,
          on: { closed: (event) => closes.push((event as { code: number }).code) },
        });
        try {
          const stream = client.iterate<{ orderStatusChanged: OrderEvent }>({
            query:
              'subscription ($id: ID!, $after: String) { orderStatusChanged(orderId: $id, after: $after) { cursor status order { customer { name } } } }',
            variables: { id: orderId, after: events.at(-1)?.cursor ?? null },
          });
          for await (const { data, errors } of stream) {
            if (errors) throw new Error(JSON.stringify(errors));
            events.push(data!.orderStatusChanged);
          }
          isDone = true;
        } catch (error) {
          if (error instanceof Error) throw error;
        } finally {
          await client.dispose();
        }
      }
    })();
    done.catch(() => {});
    return { events, closes, done };
  }

  const placeOrder = async () => {
    await fillCart(customer, product);
    const { order } = await checkOut(customer);
    return order!.id;
  };
  const move = async (orderId: string, status: string) => {
    const { updateOrderStatus } = await admin.expectData<{ updateOrderStatus: { userErrors: unknown[] } }>(
      'mutation ($input: UpdateOrderStatusInput!) { updateOrderStatus(input: $input) { userErrors { message } } }',
      { input: { orderId, status } },
    );
    expect(updateOrderStatus.userErrors).toEqual([]);
  };

  it.each(['orders', 'gateway'])(
    'of %s loses no request and no event of a stream',
    async (service) => {
      const orderId = await placeOrder();
      const follower = follow(orderId);
      const statuses = () => follower.events.map(({ status }) => status);
      await until(() => statuses().includes('PROCESSING'), { timeoutMs: 20_000, what: 'the payment' });

      const stopLoad = load();
      await roll(service);
      await move(orderId, 'SHIPPED');
      await until(() => statuses().includes('SHIPPED'), {
        timeoutMs: 20_000,
        what: 'the event after the roll',
      });
      await move(orderId, 'DELIVERED');
      await follower.done;
      const { count, failures } = await stopLoad();

      expect(failures).toEqual([]);
      expect(count).toBeGreaterThan(20);
      expect(statuses().slice(-3)).toEqual(['PROCESSING', 'SHIPPED', 'DELIVERED']);
      const cursors = follower.events.map(({ cursor }) => cursor);
      expect(new Set(cursors).size).toBe(cursors.length);
      // The gateway asks its clients to go elsewhere; of a subgraph's deploy they notice nothing.
      expect(follower.closes.filter((code) => code !== 1000)).toEqual(service === 'gateway' ? [1001] : []);
    },
    90_000,
  );
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
