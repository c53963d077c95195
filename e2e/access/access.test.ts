import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { declaredServices } from '@cartograph/embedded/stack';
import { IDENTITY_HEADER, signIdentity, type Identity } from '@cartograph/service-kit';
import {
  createGraphClient,
  startTestStack,
  until,
  type GraphClient,
  type TestStack,
} from '@cartograph/testing';
import { checkOut, createProduct, fillCart, registerCustomer, signInAdmin } from '../harness/shop.js';
import { callOf, hasDirective, objectTypes, readSchema, type Call } from './schema-walk.js';

const REFUSALS = ['UNAUTHENTICATED', 'FORBIDDEN'];
const api = readSchema('schema/api.graphql');
const subgraphs = declaredServices.filter(({ isSubgraph }) => isSubgraph);

interface Asker {
  readonly name: string;
  readonly client: GraphClient;
  readonly identity: Identity;
}

let stack: TestStack;
let askers: Asker[];
let ids: Record<'User' | 'Order' | 'Payment' | 'Product' | 'Cart' | 'Category', string>;
let firstCursor: string;

/** The way to an object of each type that belongs to the customer, or to nobody. */
const paths = (): Record<string, (selection: string) => string> => {
  const user = (selection: string) => `user(id: "${ids.User}") { ${selection} }`;
  const order = (selection: string) => `order(id: "${ids.Order}") { ${selection} }`;
  return {
    User: user,
    UserSession: (it) => user(`sessions { ${it} }`),
    SecurityEvent: (it) => user(`securityEvents { nodes { ${it} } }`),
    Notification: (it) => user(`notifications { nodes { ${it} } }`),
    Cart: (it) => user(`cart { ${it} }`),
    Order: order,
    OrderEvent: (it) => order(`history { ${it} }`),
    Payment: (it) => order(`payment { ${it} }`),
    PaymentAttempt: (it) => order(`payment { attempts { ${it} } }`),
    Product: (it) => `product(id: "${ids.Product}") { ${it} }`,
    Category: (it) => `categories { ${it} }`,
    UserConnection: (it) => `users { ${it} }`,
    Webhook: (it) => `webhooks { ${it} }`,
    WebhookDelivery: (it) => `webhooks { deliveries { nodes { ${it} } } }`,
    DeadLetter: (it) => `deadLetters { ${it} }`,
  };
};

/** Tokens are shown to whoever has just proved who they are, by the mutations that do so. */
const unreachable = ['Session'];

beforeAll(async () => {
  stack = await startTestStack({ env: { PAYMENT_DELAY_MS: '0' } });
  const admin = await signInAdmin(stack);
  const customer = await registerCustomer(stack, 'The customer');
  const stranger = await registerCustomer(stack, 'Another customer');
  const product = await createProduct(admin, 10);
  const buy = async (client: GraphClient) => {
    await fillCart(client, product);
    const { order } = await checkOut(client);
    return order!.id;
  };
  const orderId = await buy(customer);
  await fillCart(customer, product);
  // Later than the customer's, so that a stream of one's own events from then on begins with something.
  await buy(stranger);
  const order = await until(
    async () => {
      const data = await customer.expectData<{
        order: { history: { cursor: string }[]; payment: { id: string } | null };
      }>('query ($id: ID!) { order(id: $id) { history { cursor } payment { id } } }', { id: orderId });
      return (
        data.order.payment && data.order.history.length > 1 && { ...data.order, payment: data.order.payment }
      );
    },
    { what: 'the payment' },
  );
  if (!order) throw new Error('There is no payment.');
  firstCursor = order.history[0]!.cursor;
  const meOf = (client: GraphClient) =>
    client.expectData<{ me: { id: string; cart: { id: string } } }>('{ me { id cart { id } } }');
  const { me } = await meOf(customer);
  const { categories } = await admin.expectData<{ categories: { id: string }[] }>('{ categories { id } }');
  ids = {
    User: me.id,
    Order: orderId,
    Payment: order.payment.id,
    Product: product,
    Cart: me.cart.id,
    Category: categories[0]!.id,
  };
  await admin.expectData(
    'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id } } }',
    {
      input: { url: 'https://example.com/hook', eventTypes: ['order.placed'] },
    },
  );
  const user = async (client: GraphClient, role: 'CUSTOMER' | 'ADMIN'): Promise<Identity> => ({
    kind: 'user',
    userId: (await meOf(client)).me.id,
    role,
    sessionId: 'a-session',
    expiresAt: Date.now() + 3_600_000,
  });
  askers = [
    { name: 'nobody', client: stack.graph, identity: { kind: 'anonymous' } },
    { name: 'another customer', client: stranger, identity: await user(stranger, 'CUSTOMER') },
    { name: 'the customer', client: customer, identity: await user(customer, 'CUSTOMER') },
    { name: 'an admin', client: admin, identity: await user(admin, 'ADMIN') },
  ];
}, 120_000);
afterAll(() => stack?.stop());

function verdict(codes: readonly (string | undefined)[], what: string): string {
  // Idle arguments may be refused; that is later than access.
  const faults = codes.filter((code) => ![...REFUSALS, 'BAD_USER_INPUT', 'NOT_FOUND'].includes(code ?? ''));
  if (faults.length > 0) throw new Error(`${what} failed with ${String(faults[0])}.`);
  return codes.some((code) => REFUSALS.includes(code ?? '')) ? '-' : 'yes';
}

async function ask(client: GraphClient, operation: string, variables: Call['variables']): Promise<string> {
  const { errors = [] } = await client.query(operation, { ...variables });
  return verdict(
    errors.map(({ extensions }) => extensions?.code),
    operation,
  );
}

/** A stream is refused by its first message. */
async function follow(client: GraphClient, operation: string, variables: Call['variables']): Promise<string> {
  const stream = client.subscribe(operation, { ...variables });
  try {
    const { value } = await stream.next();
    const errors = (value as { errors?: { extensions?: { code?: string } }[] } | undefined)?.errors ?? [];
    return verdict(
      errors.map(({ extensions }) => extensions?.code),
      operation,
    );
  } catch (error) {
    // Who has not signed in is refused with the socket itself: 4401.
    if (['4401', ...REFUSALS].some((code) => String(error).includes(code))) return '-';
    throw error;
  } finally {
    await stream.return?.();
  }
}

/** One row for each of `rows`; the askers side by side, since they do not touch each other. */
async function tableOf(
  rows: readonly { readonly name: string; readonly ask: (asker: Asker) => Promise<string> }[],
): Promise<string> {
  const lines = [
    `| | ${askers.map(({ name }) => name).join(' | ')} |`,
    `| --- |${' --- |'.repeat(askers.length)}`,
  ];
  for (const row of rows)
    lines.push(`| ${row.name} | ${(await Promise.all(askers.map(row.ask))).join(' | ')} |`);
  return lines.join('\n');
}

const committed = readFileSync(new URL('access-table.md', import.meta.url), 'utf8');

/** The table under a heading of the committed file, without the formatter's blanks. */
const narrow = (text: string) =>
  text
    .replace(/ *\| */g, '|')
    .replace(/-{2,}/g, '--')
    .trim();
function expectCommitted(table: string, heading: string): void {
  const section = committed.split('\n## ').find((part) => part.startsWith(heading)) ?? '';
  // If a change is meant, put the new table into access-table.md.
  if (process.env['PRINT_ACCESS']) process.stdout.write(`\n## ${heading}\n\n${table}\n`);
  expect(narrow(table)).toBe(narrow(section.slice(section.indexOf('|'))));
}

describe('Who may see and do what is what the committed table says', () => {
  it('for every query and mutation at the gateway', async () => {
    const rows = [api.getQueryType()!, api.getMutationType()!].flatMap((root) =>
      Object.values(root.getFields()).map((field) => ({
        name: `${root.name}.${field.name}`,
        ask: ({ client }: Asker) => {
          const { declared, text, variables } = callOf(field);
          return ask(client, `${root.name.toLowerCase()} ${declared} { ${text} }`, variables);
        },
      })),
    );
    expectCommitted(await tableOf(rows), 'Queries and mutations');
  }, 120_000);

  it('for every subscription at the gateway', async () => {
    const rows = Object.values(api.getSubscriptionType()!.getFields()).map((field) => ({
      name: `Subscription.${field.name}`,
      ask: ({ client }: Asker) => {
        const given = field.args.some(({ name }) => name === 'orderId')
          ? { orderId: ids.Order }
          : { after: firstCursor };
        const { declared, text, variables } = callOf(field, given);
        return follow(client, `subscription ${declared} { ${text} }`, variables);
      },
    }));
    expectCommitted(await tableOf(rows), 'Subscriptions');
  }, 120_000);

  it('for every field of what belongs to the customer, to the shop or to staff, at the gateway', async () => {
    const rows = Object.entries(paths()).flatMap(([typeName, path]) => {
      const type = objectTypes(api).find(({ name }) => name === typeName);
      return Object.values(type!.getFields()).map((field) => ({
        name: `${typeName}.${field.name}`,
        ask: ({ client }: Asker) => {
          const { declared, text, variables } = callOf(field);
          return ask(client, `query ${declared} { ${path(text)} }`, variables);
        },
      }));
    });
    expectCommitted(await tableOf(rows), 'Fields');
  }, 240_000);

  it('for every entity of every subgraph, asked for directly', async () => {
    const rows = subgraphs.flatMap(({ name: subgraph, folder }) =>
      objectTypes(readSchema(`${folder}/schema.graphql`))
        .filter((type) => type.name in ids && hasDirective(type, 'key'))
        .flatMap((type) =>
          Object.values(type.getFields())
            .filter(({ name }) => name !== 'id')
            .map((field) => ({
              name: `${subgraph}: ${type.name}.${field.name}`,
              async ask({ identity }: Asker) {
                const { declared, text, variables } = callOf(field);
                const reference = { __typename: type.name, id: ids[type.name as keyof typeof ids] };
                const secret = stack.internalAuthSecret;
                const signature = await signIdentity({
                  identity,
                  audience: subgraph,
                  issuer: 'gateway',
                  secret,
                });
                return ask(
                  createGraphClient(`${stack.url(subgraph)}/graphql`, {
                    headers: { [IDENTITY_HEADER]: signature },
                  }),
                  `query ($r: [_Any!]! ${declared.slice(1, -1)}) { _entities(representations: $r) { ... on ${type.name} { ${text} } } }`,
                  { ...variables, r: [reference] },
                );
              },
            })),
        ),
    );
    expectCommitted(await tableOf(rows), 'Entities');
  }, 240_000);

  it('with every type that holds something of a person or of staff in it', () => {
    const guarded = subgraphs.flatMap(({ folder }) =>
      objectTypes(readSchema(`${folder}/schema.graphql`))
        .filter((type) => hasDirective(type, 'access'))
        .map(({ name }) => name),
    );
    expect(guarded.filter((name) => !(name in paths()) && !unreachable.includes(name))).toEqual([]);
  });
});
