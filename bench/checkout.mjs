// `npm run bench:checkout [-- --count 300] [--at-once 1,10,50]`: checkouts per second through the gateway beside a floor
// of the bare writes, alone and with all that follows from them; what a whole purchase (cart, checkout with address, payment
// accepted) costs in time and in CPU of all services and stores; and who gets the last 5 pieces. Linux only: CPU comes from
// /proc.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startTestStack } from '../packages/testing/dist/index.js';
import { cpuOfTree } from './checkout/cpu.mjs';
import { openFloor } from './checkout/floor.mjs';
import { watchPayments } from './checkout/payments.mjs';
import { checkOut, createProduct, fillCart, register, tryToCheckOut } from './checkout/shop.mjs';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '300' },
    'at-once': { type: 'string', default: '1,10,50' },
    // Where to leave a CPU profile of each service; its figures are not to be compared with others.
    profile: { type: 'string' },
  },
});
const count = Number(values.count);
const levels = values['at-once'].split(',').map(Number);
const STORES = ['postgres', 'redis', 'mongodb'];
const BUYERS = 50;
const PIECES = 5;
const RUSHES = 3;
const TURNS = 3;
/** Services that only hear of a checkout: their work is no part of it, nor of the floor, but takes the same cores. */
const FOLLOWERS = ['payments', 'notifications'];
/** After fewer purchases the services' own cost still falls, while their code is being compiled. */
const WARM_UP = 1500;
const upTo = (length) => Array.from({ length }, (_, index) => index);
const round = (number, digits = 1) => number.toFixed(digits);

/** Does `work` `times` times, `atOnce` at a time. */
async function measure(atOnce, work, times = count) {
  const durations = [];
  const queue = upTo(times).values();
  const startedAt = performance.now();
  await Promise.all(
    upTo(atOnce).map(async (worker) => {
      for (const index of queue) {
        const began = performance.now();
        await work(index, worker);
        durations.push(performance.now() - began);
      }
    }),
  );
  return { durations, seconds: (performance.now() - startedAt) / 1000 };
}

/** What several runs come to together. */
function summary(runs) {
  const durations = runs.flatMap((run) => run.durations).sort((a, b) => a - b);
  const seconds = runs.reduce((sum, run) => sum + run.seconds, 0);
  const at = (share) => durations[Math.min(durations.length - 1, Math.floor(durations.length * share))];
  return { rate: durations.length / seconds, p50: at(0.5), p99: at(0.99) };
}

const tell = (text) => process.stderr.write(`${text}\n`);

/** Carts are filled, then all of their owners check out at once. */
async function rushForTheLast(pieces, admin, category, customers) {
  const productId = await createProduct(admin, category, pieces);
  const carts = await Promise.all(customers.map((customer) => fillCart(customer.as(undefined), productId)));
  const answers = await Promise.all(
    customers.map((customer, index) => tryToCheckOut(customer, carts[index])),
  );
  const placed = answers.flatMap(({ order }) => order?.id ?? []);
  await Promise.all(placed.map((id) => payments.untilPaid(id)));
  const refusals = answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code));
  return { confirmed: placed.length, refusals };
}

const profiling = values.profile && {
  NODE_OPTIONS: `--import ${new URL('./support/cpu-profile.mjs', import.meta.url)}`,
  CPU_PROFILE_DIR: resolve(values.profile),
};
const stack = await startTestStack({
  env: { LOG_LEVEL: 'warn', ...profiling },
  serviceEnv: { payments: { PAYMENT_DELAY_MS: '0' } },
});
let payments;
try {
  const ordersUrl = stack.storeUrl('orders', 'ORDERS_DATABASE_URL');
  const mongoUrl = stack.storeUrl('products', 'MONGODB_URL');
  payments = await watchPayments(ordersUrl);
  const { login } = await stack.graph.expectData(
    'mutation { login(input: { email: "ada@example.com", password: "cartograph" }) { session { accessToken } } }',
  );
  const admin = stack.graph.as(login.session.accessToken);
  const { categories } = await admin.expectData('{ categories { slug } }');
  const [{ slug: category }] = categories;
  const productIds = [];
  for (let index = 0; index < 50; index++) productIds.push(await createProduct(admin, category));
  const customers = [];
  for (let index = 0; index < Math.max(BUYERS, ...levels); index++)
    customers.push(await register(stack.graph));

  const productOf = (index) => productIds[index % productIds.length];
  const parts = [...stack.services, ...STORES];
  const cpu = () => new Map(parts.map((name) => [name, cpuOfTree(stack.pid(name))]));

  const buy = async (index, worker) => {
    const cartId = await fillCart(customers[worker].as(undefined), productOf(index));
    await payments.untilPaid(await checkOut(customers[worker], cartId));
  };
  tell(`${WARM_UP} purchases to warm up: code that has not run often costs several times as much`);
  await measure(Math.max(...levels), buy, WARM_UP);

  const purchases = new Map();
  for (const atOnce of levels) {
    tell(`${count} whole purchases, ${atOnce} at once`);
    const before = cpu();
    const measured = await measure(atOnce, buy);
    const after = cpu();
    const used = new Map(parts.map((name) => [name, (after.get(name) - before.get(name)) / count]));
    purchases.set(atOnce, { ...summary([measured]), used });
  }
  tell('The last pieces');
  const rushes = [];
  for (let round = 0; round < RUSHES; round++)
    rushes.push(await rushForTheLast(PIECES, admin, category, customers.slice(0, BUYERS)));

  const unpaid = [];
  const floor = await openFloor({ ordersUrl, mongoUrl, productIds });
  /** Checkouts of carts that are full already, by turns with the floor, since no two moments of a machine are alike. */
  const compare = async (atOnce, { isFollowed }) => {
    tell(
      `${count} checkouts ${isFollowed ? 'with what follows' : 'alone'}, ${atOnce} at once, and the floor`,
    );
    const ours = [];
    const bare = [];
    const placed = [];
    for (let turn = 0; turn < TURNS; turn++) {
      const carts = [];
      for (let index = 0; index < count / TURNS; index++)
        carts.push(await fillCart(stack.graph, productOf(index)));
      const check = async (index, worker) => placed.push(await checkOut(customers[worker], carts[index]));
      ours.push(await measure(atOnce, check, carts.length));
      if (isFollowed) await Promise.all(placed.splice(0).map((id) => payments.untilPaid(id)));
      bare.push(await measure(atOnce, (index) => floor.place(index), carts.length));
    }
    unpaid.push(...placed);
    const [own, least] = [ours, bare].map(summary);
    return { own, least, share: own.rate / least.rate };
  };
  const followed = new Map();
  for (const atOnce of levels) followed.set(atOnce, await compare(atOnce, { isFollowed: true }));
  await Promise.all(FOLLOWERS.map((service) => stack.halt(service)));
  const alone = new Map();
  for (const atOnce of levels) alone.set(atOnce, await compare(atOnce, { isFollowed: false }));
  await floor.close();
  await Promise.all(FOLLOWERS.map((service) => stack.start(service)));
  await Promise.all(unpaid.map((id) => payments.untilPaid(id)));

  const sum = (used, names) => names.reduce((total, name) => total + used.get(name), 0);
  const table = [
    `${count} of each after ${WARM_UP} purchases to warm up, on ${cpus().length} cores (${cpus()[0]?.model.trim()}), Node.js ${process.versions.node}; services, stores and load share the machine.`,
    'The floor makes the same writes by bare drivers: two transactions, a hold and a conditional stock update, with no GraphQL, cart, prices or events sent; both by turns.',
    `Alone: while ${FOLLOWERS.join(' and ')} are stopped; their events wait, and all orders are paid after their start. With what follows: while both work on the same cores.`,
    '',
    '| at once | | checkouts/s | p50 (ms) | p99 (ms) | floor/s | p50 (ms) | p99 (ms) | share of the floor |',
    '| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...levels.flatMap((atOnce) =>
      Object.entries({ alone, 'with what follows': followed }).map(([kind, runs]) => {
        const { own, least, share } = runs.get(atOnce);
        const cells = [own, least].flatMap(({ rate, p50, p99 }) => [rate, p50, p99]).map((n) => round(n));
        return `| ${[atOnce, kind, ...cells, round(share, 2)].join(' | ')} |`;
      }),
    ),
    '',
    'Whole purchases: into a cart, checkout with address, until the payment is accepted (`PAYMENT_DELAY_MS=0`: the simulated bank answers at once). CPU a purchase, in ms:',
    '',
    `| at once | purchases/s | p50 (ms) | p99 (ms) | all CPU | services | stores | ${parts.join(' | ')} |`,
    `| ${Array(7 + parts.length)
      .fill('---:')
      .join(' | ')} |`,
    ...levels.map((atOnce) => {
      const { rate, p50, p99, used } = purchases.get(atOnce);
      const sums = [parts, stack.services, STORES].map((names) => sum(used, names));
      const cells = [rate, p50, p99, ...sums, ...parts.map((name) => used.get(name))];
      return `| ${[atOnce, ...cells.map((n) => round(n))].join(' | ')} |`;
    }),
    '',
    `The last ${PIECES} pieces, wanted by ${BUYERS} buyers at the same moment, ${RUSHES} times: confirmed and paid ${rushes.map(({ confirmed }) => confirmed).join(', ')}; all others were told ${[...new Set(rushes.flatMap(({ refusals }) => refusals))].join(', ')}.`,
    '',
  ].join('\n');
  const file = join(dirname(fileURLToPath(import.meta.url)), 'results', 'checkout.md');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, table);
  console.log(table);
} finally {
  await payments?.close();
  await stack.stop();
}
