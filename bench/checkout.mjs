// `npm run bench:checkout [-- --count 300] [--at-once 1,10,50] [--seconds 60] [--without-peer]`: what a whole purchase (cart,
// checkout with address, payment accepted) costs in time and in CPU of all services and stores, by turns with Vendure; checkouts
// per second through the gateway beside a floor of the bare writes, alone and with all that follows from them; and who gets the
// last 5 pieces. Linux only: CPU comes from /proc.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startTestStack, until } from '../packages/testing/dist/index.js';
import { cpuOfTree } from './checkout/cpu.mjs';
import { openFloor } from './checkout/floor.mjs';
import { watchFollowers } from './checkout/followers.mjs';
import { watchPayments } from './checkout/payments.mjs';
import { installPeer, startPeer } from './checkout/peer.mjs';
import { purchaseTable, report } from './checkout/report.mjs';
import { checkOut, createProduct, fillCart, register, tryToCheckOut } from './checkout/shop.mjs';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '300' },
    'at-once': { type: 'string', default: '1,10,50' },
    // Of whole purchases, each turn of each shop. Half as long before it they do not count: after the pause both are slower.
    seconds: { type: 'string', default: '60' },
    'without-peer': { type: 'boolean', default: false },
    // Where to leave a CPU profile of each service; its figures are not to be compared with others.
    profile: { type: 'string' },
  },
});
const count = Number(values.count);
const seconds = Number(values.seconds);
const levels = values['at-once'].split(',').map(Number);
const STORES = ['postgres', 'redis', 'mongodb'];
const BUYERS = 50;
const PIECES = 5;
const RUSHES = 3;
const TURNS = 3;
const PURCHASE_TURNS = 2;
/** After fewer purchases the cost still falls, while code is being compiled. */
const WARM_UP = 1000;
/** Services that only hear of a checkout: their work is no part of it, nor of the floor, but takes the same cores. */
const FOLLOWERS = ['payments', 'notifications'];
const upTo = (length) => Array.from({ length }, (_, index) => index);

/** Does `work` `times` times or for some seconds, `atOnce` at a time. */
async function measure(atOnce, work, { times = Infinity, seconds = Infinity }) {
  const durations = [];
  const startedAt = performance.now();
  let begun = 0;
  await Promise.all(
    upTo(atOnce).map(async (worker) => {
      while (begun < times && performance.now() - startedAt < seconds * 1000) {
        const began = performance.now();
        await work(begun++, worker);
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
  return { bought: durations.length, rate: durations.length / seconds, p50: at(0.5), p99: at(0.99) };
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
const withPeer = !values['without-peer'];
if (withPeer) installPeer();
const buyers = Math.max(BUYERS, ...levels);
const stack = await startTestStack({
  env: { LOG_LEVEL: 'warn', ...profiling },
  serviceEnv: { payments: { PAYMENT_DELAY_MS: '0' }, users: { ACCESS_TOKEN_LIFETIME_S: '3600' } },
});
let payments;
let followers;
let peer;
let floor;
try {
  const ordersUrl = stack.storeUrl('orders', 'ORDERS_DATABASE_URL');
  const mongoUrl = stack.storeUrl('products', 'MONGODB_URL');
  payments = await watchPayments(ordersUrl);
  followers = await watchFollowers({
    orders: ordersUrl,
    payments: stack.storeUrl('payments', 'PAYMENTS_DATABASE_URL'),
    notifications: stack.storeUrl('notifications', 'NOTIFICATIONS_DATABASE_URL'),
  });
  const { login } = await stack.graph.expectData(
    'mutation { login(input: { email: "ada@example.com", password: "cartograph" }) { session { accessToken } } }',
  );
  const admin = stack.graph.as(login.session.accessToken);
  const { categories } = await admin.expectData('{ categories { slug } }');
  const [{ slug: category }] = categories;
  const productIds = [];
  for (let index = 0; index < 50; index++) productIds.push(await createProduct(admin, category));
  const customers = [];
  for (let index = 0; index < buyers; index++) customers.push(await register(stack.graph));
  if (withPeer) peer = await startPeer(buyers);

  const productOf = (index) => productIds[index % productIds.length];
  const buy = async (index, worker) => {
    const cartId = await fillCart(customers[worker].as(undefined), productOf(index));
    await payments.untilPaid(await checkOut(customers[worker], cartId));
  };
  const shops = [
    {
      name: 'Cartograph',
      buy,
      isAtRest: followers.areAtRest,
      pids: Object.fromEntries([...stack.services, ...STORES].map((name) => [name, stack.pid(name)])),
    },
    ...(peer ? [{ name: 'Vendure', ...peer }] : []),
  ];
  tell(`${WARM_UP} purchases to warm up`);
  for (const { buy } of shops) await measure(Math.max(...levels), buy, { times: WARM_UP });

  /** A turn of purchases, with the CPU of all that follows from them; before it some that do not count, after the pause. */
  const turnAt = async ({ buy, isAtRest, pids }, atOnce) => {
    const cpu = () => new Map(Object.entries(pids).map(([name, pid]) => [name, cpuOfTree(pid)]));
    const rest = () =>
      // Seldom enough for events that gather for 250 ms.
      until(isAtRest, { intervalMs: 500, timeoutMs: 300_000, what: 'all that follows from the purchases' });
    await measure(atOnce, buy, { seconds: seconds / 2 });
    await rest();
    const before = cpu();
    const measured = await measure(atOnce, buy, { seconds });
    await rest();
    const after = cpu();
    return { ...measured, used: new Map([...after].map(([name, ms]) => [name, ms - before.get(name)])) };
  };
  const purchases = [];
  for (const atOnce of levels) {
    tell(`Whole purchases, ${atOnce} at once${peer ? ', by turns with Vendure' : ''}`);
    const turns = shops.map(() => []);
    for (let turn = 0; turn < PURCHASE_TURNS; turn++)
      for (const [index, shop] of shops.entries()) turns[index].push(await turnAt(shop, atOnce));
    purchases.push(
      ...shops.map(({ name, pids }, index) => {
        const { bought, ...figures } = summary(turns[index]);
        const each = (part) => turns[index].reduce((sum, { used }) => sum + used.get(part), 0) / bought;
        const used = new Map(Object.keys(pids).map((part) => [part, each(part)]));
        return { shop: name, atOnce, ...figures, used };
      }),
    );
  }
  tell(purchaseTable(purchases).join('\n'));
  await peer?.close();
  peer = undefined;
  tell('The last pieces');
  const runs = [];
  for (let round = 0; round < RUSHES; round++)
    runs.push(await rushForTheLast(PIECES, admin, category, customers.slice(0, BUYERS)));

  const unpaid = [];
  floor = await openFloor({ ordersUrl, mongoUrl, productIds });
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
      ours.push(await measure(atOnce, check, { times: carts.length }));
      if (isFollowed) await Promise.all(placed.splice(0).map((id) => payments.untilPaid(id)));
      bare.push(await measure(atOnce, (index) => floor.place(index), { times: carts.length }));
    }
    unpaid.push(...placed);
    const kind = isFollowed ? 'with what follows' : 'alone';
    return { atOnce, kind, own: summary(ours), floor: summary(bare) };
  };
  const checkouts = [];
  for (const atOnce of levels) checkouts.push(await compare(atOnce, { isFollowed: true }));
  await Promise.all(FOLLOWERS.map((service) => stack.halt(service)));
  for (const atOnce of levels) checkouts.push(await compare(atOnce, { isFollowed: false }));
  await Promise.all(FOLLOWERS.map((service) => stack.start(service)));
  await Promise.all(unpaid.map((id) => payments.untilPaid(id)));

  const rush = { pieces: PIECES, buyers: BUYERS, runs };
  console.log(
    report({
      count,
      warmUp: WARM_UP,
      seconds: PURCHASE_TURNS * seconds,
      purchases,
      checkouts,
      followers: FOLLOWERS,
      rush,
    }),
  );
} finally {
  await peer?.close();
  await floor?.close();
  await followers?.close();
  await payments?.close();
  await stack.stop();
}
