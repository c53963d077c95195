// Vendure, for a whole purchase beside ours: one server and one worker, as its documentation has them, on a Postgres like ours.
import { fork, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startPostgres } from '../../packages/launcher/dist/index.js';
import { findFreePort } from '../../packages/processes/dist/index.js';

const folder = fileURLToPath(new URL('vendure', import.meta.url));

/** Its packages are installed on first use: nobody needs them to run a shop. */
export function installPeer() {
  if (existsSync(join(folder, 'node_modules'))) return;
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--loglevel=error'], {
    cwd: folder,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('Vendure could not be installed; --without-peer measures without it.');
}

/** An empty shop with 50 products and `buyers` customers, who are signed in. */
export async function startPeer(buyers) {
  const home = mkdtempSync(join(tmpdir(), 'cartograph-bench-peer-'));
  const postgres = await startPostgres({ dataDir: join(home, 'postgres'), databases: ['vendure'] });
  const children = [];
  let sql;
  const close = async () => {
    await sql?.end();
    for (const child of children) child.kill();
    await postgres.close();
    rmSync(home, { recursive: true });
  };
  try {
    const port = await findFreePort();
    const env = {
      ...process.env,
      NODE_ENV: 'production',
      NODE_NO_WARNINGS: '1',
      VENDURE_DISABLE_TELEMETRY: 'true',
      DATABASE_URL: postgres.urlFor('vendure'),
      PORT: String(port),
      MAIL_DIRECTORY: join(home, 'mails'),
    };
    const start = (file) =>
      new Promise((resolve, reject) => {
        const child = fork(join(folder, file), {
          cwd: home,
          env,
          stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        });
        children.push(child);
        child.once('message', () => resolve(child));
        child.once('exit', (code) => reject(new Error(`Vendure's ${file} ended with ${code}.`)));
      });
    // One after the other: the first makes the tables.
    const server = await start('server.mjs');
    const worker = await start('worker.mjs');
    const url = `http://127.0.0.1:${port}/shop-api`;
    const { products } = await createVisitor(url)('{ products { items { variants { id } } } }');
    const variantIds = products.items.map(({ variants: [variant] }) => variant.id);
    const customers = Array.from({ length: buyers }, () => createVisitor(url));
    for (const customer of customers) await register(customer);
    sql = new pg.Client({ connectionString: postgres.urlFor('vendure') });
    await sql.connect();
    return {
      pids: { server: server.pid, worker: worker.pid, postgres: postgres.process.pid },
      buy: (index, buyer) => buy(customers[buyer], variantIds[index % variantIds.length]),
      /** Whether its worker has done all that follows from the purchases so far. */
      async isAtRest() {
        const { rows } = await sql.query(
          `SELECT count(*)::int AS open FROM job_record WHERE state IN ('PENDING', 'RUNNING', 'RETRYING')`,
        );
        return rows[0].open === 0;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Asks the shop API as one visitor, whose session is made by the first answer. */
function createVisitor(url) {
  let session;
  return async (query, variables) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(session && { authorization: `Bearer ${session}` }) },
      body: JSON.stringify({ query, variables }),
    });
    session = response.headers.get('vendure-auth-token') ?? session;
    const { data, errors } = await response.json();
    const refused = errors ?? Object.values(data ?? {}).find((result) => result?.errorCode);
    if (refused) throw new Error(`Vendure refused: ${JSON.stringify(refused)}`);
    return data;
  };
}

const ERROR = '... on ErrorResult { errorCode message }';

async function register(ask) {
  const emailAddress = `${randomUUID()}@example.com`;
  const password = 'a long passphrase';
  await ask(
    `mutation ($input: RegisterCustomerInput!) { registerCustomerAccount(input: $input) { __typename ${ERROR} } }`,
    { input: { emailAddress, password, firstName: 'A', lastName: 'Buyer' } },
  );
  await ask(
    `mutation ($emailAddress: String!, $password: String!) {
       login(username: $emailAddress, password: $password) { __typename ${ERROR} }
     }`,
    { emailAddress, password },
  );
}

const ADDRESS = {
  fullName: 'A Buyer',
  streetLine1: 'Long Lane 1',
  city: 'Bern',
  postalCode: '3000',
  countryCode: 'CH',
};

/** The steps of https://docs.vendure.io/guides/storefront/checkout-flow/, each asked for the least it can answer. */
async function buy(ask, productVariantId) {
  await ask(
    `mutation ($productVariantId: ID!) {
       addItemToOrder(productVariantId: $productVariantId, quantity: 1) { __typename ${ERROR} }
     }`,
    { productVariantId },
  );
  await ask(
    `mutation ($input: CreateAddressInput!) { setOrderShippingAddress(input: $input) { __typename ${ERROR} } }`,
    { input: ADDRESS },
  );
  await ask(`mutation { setOrderShippingMethod(shippingMethodId: ["1"]) { __typename ${ERROR} } }`);
  await ask(`mutation { transitionOrderToState(state: "ArrangingPayment") { __typename ${ERROR} } }`);
  const { addPaymentToOrder } = await ask(
    `mutation {
       addPaymentToOrder(input: { method: "at-once", metadata: {} }) { ${ERROR} ... on Order { state } }
     }`,
  );
  if (addPaymentToOrder.state !== 'PaymentSettled')
    throw new Error(`Vendure's order is ${addPaymentToOrder.state}.`);
}
