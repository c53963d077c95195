import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { declaredServices } from '@cartograph/launcher/stack';
import { IDENTITY_HEADER, signIdentity } from '@cartograph/kit';
import { createGraphClient, type GraphClient } from '@cartograph/testing';
import type { GraphQLField } from 'graphql';
import type { Asker, PopulatedShop } from './populated-shop.js';
import { callOf, hasDirective, objectTypes, readSchema, type Call } from './schema-walk.js';
import { pathsIn, waysToAll } from './ways.js';

const REFUSALS = ['UNAUTHENTICATED', 'FORBIDDEN'];
const api = readSchema('schema/api.graphql');
const subgraphs = declaredServices.filter(({ isSubgraph }) => isSubgraph);

/** Those that only mutations give: what they show is decided by who may call these. */
const outcomes = [
  'Session',
  ...Object.keys(api.getTypeMap()).filter((name) => /Payload$/.test(name)),
  // Previews of imports, and imports, which are read by the id that a mutation gave.
  ...Object.keys(api.getTypeMap()).filter((name) => name.startsWith('ProductImport')),
  // Why a change was refused.
  'UserError',
  'CartWarning',
];

/**
 * The verdict on each field of a type when all are requested at once. A refused field may null its object before the other
 * fields are checked, so those are requested again without it.
 */
async function askForFields(
  { client }: Asker,
  fields: readonly GraphQLField<unknown, unknown>[],
  way: (selection: string) => string,
): Promise<string[]> {
  const refused = new Set<string>();
  for (let open = fields; open.length > 0; open = open.filter(({ name }) => !refused.has(name))) {
    const calls = open.map((field) => ({ name: field.name, ...callOf(field) }));
    const declared = calls.flatMap((call) => (call.declared ? [call.declared.slice(1, -1)] : [])).join(', ');
    const selection = way(calls.map(({ name, text }) => `as_${name}: ${text}`).join(' '));
    const operation = `query ${declared && `(${declared})`} { ${selection} }`;
    const variables: Record<string, unknown> = Object.assign({}, ...calls.map((call) => call.variables));
    const { errors = [] } = await client.query(operation, variables);
    const before = refused.size;
    for (const { name } of open) {
      const own = errors.filter(({ path = [] }) => {
        // A refusal further up is one of all fields.
        const asked = path.find((part) => `${part}`.startsWith('as_'));
        return asked === undefined || asked === `as_${name}`;
      });
      const codes = own.map(({ extensions }) => extensions?.code);
      if (verdict(codes, operation) === '-') refused.add(name);
    }
    if (refused.size === before) break;
  }
  return fields.map(({ name }) => (refused.has(name) ? '-' : 'yes'));
}

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

const tableOf = (askers: readonly Asker[], rows: readonly (readonly string[])[]): string =>
  [['', ...askers.map(({ name }) => name)], ['---', ...askers.map(() => '---')], ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');

/** One row for each question; the askers side by side, since they do not touch each other. */
async function rowsOf(
  askers: readonly Asker[],
  questions: readonly { readonly name: string; readonly ask: (asker: Asker) => Promise<string> }[],
): Promise<string[][]> {
  const rows: string[][] = [];
  for (const question of questions)
    rows.push([question.name, ...(await Promise.all(askers.map(question.ask)))]);
  return rows;
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

/** Asks for everything as everybody, and compares with the committed table. */
export function describeAccess(started: () => PopulatedShop): void {
  describe('Who may see and do what is what the committed table says', () => {
    let shop: PopulatedShop;
    beforeAll(() => {
      shop = started();
    });

    it('for every query and mutation at the gateway', async () => {
      const questions = [api.getQueryType()!, api.getMutationType()!].flatMap((root) =>
        Object.values(root.getFields()).map((field) => ({
          name: `${root.name}.${field.name}`,
          ask: ({ client }: Asker) => {
            const { declared, text, variables } = callOf(field);
            return ask(client, `${root.name.toLowerCase()} ${declared} { ${text} }`, variables);
          },
        })),
      );
      expectCommitted(tableOf(shop.askers, await rowsOf(shop.askers, questions)), 'Queries and mutations');
    }, 120_000);

    it('for every subscription at the gateway', async () => {
      const questions = Object.values(api.getSubscriptionType()!.getFields()).map((field) => ({
        name: `Subscription.${field.name}`,
        ask: ({ client }: Asker) => {
          const given = field.args.some(({ name }) => name === 'orderId')
            ? { orderId: shop.ids.Order }
            : { after: shop.firstCursor };
          const { declared, text, variables } = callOf(field, given);
          return follow(client, `subscription ${declared} { ${text} }`, variables);
        },
      }));
      expectCommitted(tableOf(shop.askers, await rowsOf(shop.askers, questions)), 'Subscriptions');
    }, 120_000);

    it('for every field of every type that can be read, at the gateway', async () => {
      const ways = waysToAll(api, shop);
      const missed = objectTypes(api).filter(({ name }) => !ways.has(name) && !outcomes.includes(name));
      expect(missed.map(({ name }) => name)).toEqual(['Mutation', 'Query', 'Subscription']);
      const rows: string[][] = [];
      for (const [typeName, way] of ways) {
        const type = objectTypes(api).find(({ name }) => name === typeName)!;
        const fields = Object.values(type.getFields());
        const answers = await Promise.all(shop.askers.map((asker) => askForFields(asker, fields, way)));
        rows.push(
          ...fields.map(({ name }, at) => [`${typeName}.${name}`, ...answers.map((each) => each[at]!)]),
        );
      }
      expectCommitted(tableOf(shop.askers, rows), 'Fields');
    }, 240_000);

    it('for every entity of every subgraph, requested directly', async () => {
      const questions = subgraphs.flatMap(({ name: subgraph, folder }) =>
        objectTypes(readSchema(`${folder}/schema.graphql`))
          .filter((type) => type.name in shop.ids && hasDirective(type, 'key'))
          .flatMap((type) =>
            Object.values(type.getFields())
              // What a subgraph requires of another one is asked there.
              .filter((field) => field.name !== 'id' && !hasDirective(field, 'external'))
              .map((field) => ({
                name: `${subgraph}: ${type.name}.${field.name}`,
                async ask({ identity }: Asker) {
                  const { declared, text, variables } = callOf(field);
                  const reference = {
                    __typename: type.name,
                    id: shop.ids[type.name as keyof typeof shop.ids],
                  };
                  const secret = shop.stack.internalAuthSecret;
                  const signature = await signIdentity({
                    identity,
                    audience: subgraph,
                    issuer: 'gateway',
                    secret,
                  });
                  return ask(
                    createGraphClient(`${shop.stack.url(subgraph)}/graphql`, {
                      headers: { [IDENTITY_HEADER]: signature },
                    }),
                    `query ($r: [_Any!]! ${declared.slice(1, -1)}) { _entities(representations: $r) { ... on ${type.name} { ${text} } } }`,
                    { ...variables, r: [reference] },
                  );
                },
              })),
          ),
      );
      expectCommitted(tableOf(shop.askers, await rowsOf(shop.askers, questions)), 'Entities');
    }, 240_000);

    it('with an object of every entity, and of every type that guards itself or a field, that is the customer’s', () => {
      const types = subgraphs.flatMap(({ folder }) => objectTypes(readSchema(`${folder}/schema.graphql`)));
      const roots = ['Query', 'Mutation', 'Subscription'];
      const guarded = types.filter((type) =>
        [type, ...Object.values(type.getFields())].some((node) => hasDirective(node, 'access')),
      );
      const known = [...Object.keys(pathsIn(shop)), ...outcomes, ...roots];
      expect(guarded.map(({ name }) => name).filter((name) => !known.includes(name))).toEqual([]);
      const entities = types.filter((type) => hasDirective(type, 'key')).map(({ name }) => name);
      expect(entities.filter((name) => !(name in shop.ids))).toEqual([]);
    });
  });
}
