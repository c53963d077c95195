// `npm run bench:checkout [-- --count 300] [--at-once 1,10,50]`: checkouts per second through the gateway beside a floor
// of the bare writes, and what a whole purchase (cart, checkout with address, payment accepted) costs in CPU of all
// services and stores. Linux only: CPU comes from /proc.
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startTestStack, until } from '../packages/testing/dist/index.js';
import { cpuOfTree } from './checkout/cpu.mjs';
import { openFloor } from './checkout/floor.mjs';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '300' },
    'at-once': { type: 'string', default: '1,10,50' },
  },
});
const count = Number(values.count);
const levels = values['at-once'].split(',').map(Number);
const STORES = ['postgres', 'redis', 'mongodb'];
const upTo = (length) => Array.from({ length }, (_, index) => index);
const round = (number, digits = 1) => number.toFixed(digits);

/** Does `work` `count` times, `atOnce` at a time. */
async function measure(atOnce, work) {
  const times = [];
  const queue = upTo(count).values();
  const startedAt = performance.now();
  await Promise.all(
    upTo(atOnce).map(async (worker) => {
      for (const index of queue) {
        const began = performance.now();
        await work(index, worker);
        times.push(performance.now() - began);
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  return { rate: count / seconds, p50: at(0.5), p99: at(0.99) };
}

const address = { name: 'A Buyer', line1: 'Long Lane 1', city: 'Bern', postalCode: '3000', country: 'CH' };

async function register(graph) {
  const { register: payload } = await graph.expectData(
    'mutation ($input: RegisterInput!) { register(input: $input) { session { accessToken } } }',
    { input: { email: `${randomUUID()}@example.com`, password: 'a long passphrase', name: 'Buyer' } },
  );
  return graph.as(payload.session.accessToken);
}

async function createProduct(admin, category) {
  const input = {
    sku: `BENCH-${randomUUID().slice(0, 8).toUpperCase()}`,
    name: 'Bench piece',
    description: 'Made to be measured.',
    category,
    price: { amount: '12.50', currency: 'EUR' },
    stock: 1_000_000,
    attributes: [],
  };
  const { createProduct: payload } = await admin.expectData(
    'mutation ($input: CreateProductInput!) { createProduct(input: $input) { product { id } } }',
    { input },
  );
  return payload.product.id;
}

/** Into a new guest's cart, whose id is in the answer: each checkout gets one of its own. */
async function fillCart(graph, productId) {
  const { addToCart } = await graph.expectData(
    'mutation ($input: AddToCartInput!) { addToCart(input: $input) { cart { id } } }',
    { input: { productId, quantity: 1 } },
  );
  return addToCart.cart.id;
}

async function checkOut(customer, cartId) {
  const { checkout } = await customer.expectData(
    'mutation ($input: CheckoutInput!) { checkout(input: $input) { order { id status } userErrors { code } } }',
    {
      input: { idempotencyKey: randomUUID(), cartId, paymentToken: 'tok_ok', shippingAddress: address },
    },
  );
  if (!checkout.order) throw new Error(`Refused: ${JSON.stringify(checkout.userErrors)}`);
}

const stack = await startTestStack({
  env: { LOG_LEVEL: 'warn' },
  serviceEnv: { payments: { PAYMENT_DELAY_MS: '0' } },
});
try {
  const ordersUrl = stack.storeUrl('orders', 'ORDERS_DATABASE_URL');
  const mongoUrl = stack.storeUrl('products', 'MONGODB_URL');
  const { login } = await stack.graph.expectData(
    'mutation { login(input: { email: "ada@example.com", password: "cartograph" }) { session { accessToken } } }',
  );
  const admin = stack.graph.as(login.session.accessToken);
  const { categories } = await admin.expectData('{ categories { slug } }');
  const productIds = [];
  for (let index = 0; index < 50; index++) productIds.push(await createProduct(admin, categories[0].slug));
  const customers = [];
  for (let index = 0; index < Math.max(...levels); index++) customers.push(await register(stack.graph));

  const sql = new pg.Client({ connectionString: ordersUrl });
  await sql.connect();
  const allPaid = () =>
    until(
      async () => (await sql.query(`SELECT 1 FROM orders WHERE status = 'PENDING' LIMIT 1`)).rowCount === 0,
      {
        timeoutMs: 120_000,
        intervalMs: 20,
        what: 'all orders to be paid',
      },
    );
  const productOf = (index) => productIds[index % productIds.length];
  const parts = [...stack.services, ...STORES];
  const cpu = () => new Map(parts.map((name) => [name, cpuOfTree(stack.pid(name))]));

  const ours = new Map();
  const purchases = new Map();
  for (const atOnce of levels) {
    const carts = [];
    for (let index = 0; index < count; index++) carts.push(await fillCart(stack.graph, productOf(index)));
    ours.set(atOnce, await measure(atOnce, (index, worker) => checkOut(customers[worker], carts[index])));
    await allPaid();

    const before = cpu();
    const startedAt = performance.now();
    const { p50, p99 } = await measure(atOnce, async (index, worker) =>
      checkOut(customers[worker], await fillCart(customers[worker].as(undefined), productOf(index))),
    );
    await allPaid();
    const rate = count / ((performance.now() - startedAt) / 1000);
    const after = cpu();
    const used = new Map(parts.map((name) => [name, (after.get(name) - before.get(name)) / count]));
    purchases.set(atOnce, { rate, p50, p99, used });
  }
  await sql.end();

  for (const service of stack.services) await stack.halt(service);
  const floor = await openFloor({ ordersUrl, mongoUrl, productIds });
  const bare = new Map();
  for (const atOnce of levels) bare.set(atOnce, await measure(atOnce, (index) => floor.place(index)));
  await floor.close();

  const sum = (used, names) => names.reduce((total, name) => total + used.get(name), 0);
  const table = [
    `${count} of each, on ${cpus().length} cores (${cpus()[0]?.model.trim()}), Node.js ${process.versions.node}; services, stores and load share the machine.`,
    'The floor makes the same writes by bare drivers: two transactions, a hold and a conditional stock update, with no GraphQL, cart, prices or events sent.',
    '',
    '| at once | checkouts/s | p50 (ms) | p99 (ms) | floor/s | floor p50 (ms) | floor p99 (ms) | share of the floor |',
    '| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...levels.map((atOnce) => {
      const [mine, least] = [ours.get(atOnce), bare.get(atOnce)];
      const cells = [mine.rate, mine.p50, mine.p99, least.rate, least.p50, least.p99].map((n) => round(n));
      return `| ${[atOnce, ...cells, round(mine.rate / least.rate, 2)].join(' | ')} |`;
    }),
    '',
    'Whole purchases: into the cart, checkout with address, and counted until the last payment was accepted. CPU a purchase, in ms:',
    '',
    `| at once | purchases/s | p50 (ms) | p99 (ms) | all CPU | ${parts.join(' | ')} |`,
    `| ${Array(5 + parts.length)
      .fill('---:')
      .join(' | ')} |`,
    ...levels.map((atOnce) => {
      const { rate, p50, p99, used } = purchases.get(atOnce);
      const cells = [rate, p50, p99, sum(used, parts), ...parts.map((name) => used.get(name))];
      return `| ${[atOnce, ...cells.map((n) => round(n))].join(' | ')} |`;
    }),
    '',
  ].join('\n');
  const file = join(dirname(fileURLToPath(import.meta.url)), 'results', 'checkout.md');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, table);
  console.log(table);
} finally {
  await stack.stop();
}
