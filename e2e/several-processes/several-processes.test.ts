import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createGraphClient,
  startTestStack,
  until,
  type GraphClient,
  type TestStack,
} from '@cartograph/testing';
import { chooseBuses } from '../harness/buses.js';
import { eventsHandledBy, startSecond, type SecondProcess } from '../harness/second-process.js';
import {
  checkOut,
  createProduct,
  fillCart,
  registerCustomer,
  signInAdmin,
  untilCartIsEmpty,
  untilOpen,
} from '../harness/shop.js';
import { loseBusAfterPayment } from '../harness/lost-bus.js';
import { inspectShop, type Inspector } from '../invariants/invariants.js';

// So that CI sees both: e2e/model is on Redis Streams.
const buses = chooseBuses('rabbitmq');

const DOUBLED = ['orders', 'payments', 'notifications'];
const CUSTOMERS = 6;
const PURCHASES = 5;

/** Two gateways over two orders, two payments and two notifications processes, on the same stores. */
describe.each(buses)('two processes of each service, events over %s,', (bus) => {
  let stack: TestStack;
  let inspector: Inspector;
  let admin: GraphClient;
  const seconds = new Map<string, SecondProcess>();

  beforeAll(async () => {
    stack = await startTestStack({
      bus,
      serviceEnv: {
        payments: { PAYMENT_DELAY_MS: '50', PAYMENT_TIMEOUT_MS: '2000' },
        notifications: { MAIL_LEASE_MS: '5000' },
        orders: { CHECKOUT_LEASE_MS: '6000', SERVICE_TIMEOUT_MS: '3000' },
      },
    });
    inspector = await inspectShop(stack);
    for (const service of DOUBLED) seconds.set(service, await startSecond(stack, service));
    const { SUBGRAPH_URLS } = stack.environment('gateway');
    const addresses = SUBGRAPH_URLS!.split(',').map((entry) => {
      const [service] = entry.split('=') as [string];
      const second = seconds.get(service);
      return second ? `${service}=${second.url}/graphql` : entry;
    });
    seconds.set('gateway', await startSecond(stack, 'gateway', { SUBGRAPH_URLS: addresses.join(',') }));
    admin = await signInAdmin(stack);
  }, 240_000);
  afterAll(async () => {
    await Promise.all([...seconds.values()].map((second) => second.kill()));
    await inspector?.close();
    await stack?.stop();
  });

  /** The other gateway. */
  const elsewhere = () => ({ graph: createGraphClient(`${seconds.get('gateway')!.url}/graphql`) });

  async function register(): Promise<{ here: GraphClient; there: GraphClient }> {
    const { register: payload } = await stack.graph.expectData<{
      register: { session: { accessToken: string } };
    }>(`mutation ($input: RegisterInput!) { register(input: $input) { session { accessToken } } }`, {
      input: { email: `${randomUUID()}@example.com`, password: 'a long passphrase', name: 'Twofold' },
    });
    const { accessToken } = payload.session;
    return { here: stack.graph.as(accessToken), there: elsewhere().graph.as(accessToken) };
  }

  it('should share the work without doubling it, even if both receive the same request at once', async () => {
    const productId = await createProduct(admin, CUSTOMERS * PURCHASES);
    const customers = await Promise.all(Array.from({ length: CUSTOMERS }, register));

    const placed = await Promise.all(
      customers.map(async ({ here, there }) => {
        const ids: string[] = [];
        for (let purchase = 0; purchase < PURCHASES; purchase++) {
          await fillCart(here, productId);
          const key = randomUUID();
          const answers = await Promise.all([checkOut(here, key), checkOut(there, key)]);
          const found = new Set(answers.flatMap(({ order }) => order?.id ?? []));
          expect(found.size).toBe(1);
          ids.push(...found);
          // The order has to be out of the cart, or the next one buys it again.
          await untilCartIsEmpty(here);
        }
        return ids;
      }),
    );

    expect(new Set(placed.flat()).size).toBe(CUSTOMERS * PURCHASES);
    await inspector.untilAtRest();
    const { faults, evidence } = await inspector.judge(admin);
    expect(faults).toEqual([]);
    expect(evidence.orders).toHaveLength(CUSTOMERS * PURCHASES);
    for (const service of DOUBLED) {
      // All since the shop began, as the processes count too: on RabbitMQ the witness missed most of the sample shop's.
      const different = evidence.handled.get(service)!.size;
      const first = await eventsHandledBy(stack.url(service));
      const second = await eventsHandledBy(seconds.get(service)!.url);
      const shares = `${service}: ${first} and ${second} of ${different}`;
      // RabbitMQ keeps an order's events in order by giving a queue to one process; the other stands by. What follows
      // from an event (charges, mails) both of them carry out on either bus.
      if (bus === 'redis') expect([shares, first > 0, second > 0]).toEqual([shares, true, true]);
      // Were nothing shared, each would handle all. A busy bus may repeat a few; that none counts twice is judged above.
      const handled = first + second;
      expect([shares, handled >= different, handled <= 1.1 * different]).toEqual([shares, true, true]);
    }
  }, 300_000);

  it('should finish the work of killed processes', async () => {
    const productId = await createProduct(admin, CUSTOMERS);
    const customers = await Promise.all(
      Array.from({ length: CUSTOMERS }, () => registerCustomer(stack, 'Survivor')),
    );
    await Promise.all(customers.map((customer) => fillCart(customer, productId)));
    const checkouts = await Promise.all(customers.map((customer) => checkOut(customer)));
    // Charges take a moment, so each process is working on some; on RabbitMQ the first processes own the queues.
    await Promise.all(DOUBLED.map((service) => stack.kill(service)));

    await inspector.untilAtRest({ timeoutMs: 180_000 });

    const { faults, evidence } = await inspector.judge(await signInAdmin(elsewhere()));
    expect(faults).toEqual([]);
    for (const { order } of checkouts)
      expect(evidence.orders.find(({ id }) => id === order!.id)?.status).toBe('PROCESSING');
  }, 300_000);

  it('should send again what a bus lost that was emptied after a payment', async () => {
    await Promise.all(DOUBLED.map((service) => stack.start(service)));
    await untilOpen(admin);
    // The second processes of orders and payments end here.
    const order = await loseBusAfterPayment(stack, admin, {
      async stop(service) {
        await Promise.all([stack.halt(service), seconds.get(service)?.kill()]);
        seconds.delete(service);
      },
      start: (service) => stack.start(service),
    });
    await until(async () => (await order.status()) === 'PROCESSING', { what: 'the order to be packed' });
    await inspector.untilAtRest({ timeoutMs: 180_000 });
    const { faults } = await inspector.judge(admin);
    expect(faults).toEqual([]);
  }, 300_000);
});
