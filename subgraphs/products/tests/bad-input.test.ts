import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedInputType,
} from 'graphql';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { admin, orders, startProducts, type Harness } from './support.js';

let shop: Harness;
let known: string[] = [];
beforeAll(async () => {
  shop = await startProducts();
  known = [
    (await shop.addProduct({ stock: 3 })).id,
    (await shop.addProduct({ stock: 0, attributes: [{ name: 'size', value: 'M' }] })).id,
  ];
});
afterAll(() => shop.close());

const schema = buildSubgraphSchema({
  typeDefs: parse(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8')),
});

const nasty = fc.constantFrom(
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '🦆'.repeat(50),
  '$where',
  '{"$gt":""}',
  '__proto__',
  'constructor',
  'x'.repeat(20_000),
  '-1',
  '1e9',
  'NaN',
  "'; drop",
  '../..',
  '\u202eabc',
  'things',
  'size',
  'T-1',
);
const text = fc.oneof(nasty, fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ maxLength: 40 }));
const decimal = fc.oneof(
  fc.constantFrom('0', '-1.00', '0.001', '12.50', '999999999999999', '000.10'),
  fc.integer({ min: 1, max: 100_000 }).map((cents) => (cents / 100).toFixed(2)),
);
const integer = fc.oneof(
  fc.constantFrom(0, -1, 1, 1_000_000_000, -2_147_483_648, 2_147_483_647),
  fc.integer({ min: -20, max: 20 }),
);

/** Values that a type's own form allows: what the schema lets through is ours to answer. */
function valueOf(type: GraphQLInputType, depth = 0): fc.Arbitrary<unknown> {
  if (isNonNullType(type)) return valueOf(type.ofType as GraphQLInputType, depth);
  if (isListType(type))
    return fc.array(requiredOrNot(type.ofType as GraphQLInputType, depth), { maxLength: depth > 1 ? 3 : 6 });
  const named = getNamedType(type) as GraphQLNamedInputType;
  if (isEnumType(named)) return fc.constantFrom(...named.getValues().map(({ name }) => name));
  if (isInputObjectType(named)) {
    const fields = Object.values(named.getFields());
    const shape = Object.fromEntries(
      fields.map((field) => [field.name, requiredOrNot(field.type, depth + 1)]),
    );
    return fc.record(shape, {
      requiredKeys: fields.filter(({ type: own }) => isNonNullType(own)).map(({ name }) => name),
    });
  }
  if (!isScalarType(named)) throw new Error(`What is ${String(named)}?`);
  switch (named.name) {
    case 'Int':
      return integer;
    case 'Boolean':
      return fc.boolean();
    case 'ID':
      return fc.oneof(
        text,
        fc.nat(1).map((index) => known[index]!),
      );
    case 'Decimal':
      return decimal;
    case 'URL':
      return fc.constantFrom(
        'https://example.com/a.png',
        'ftp://example.com',
        'javascript:alert(1)',
        'data:text/html,x',
        `https://example.com/${'x'.repeat(3_000)}`,
      );
    case 'DateTime':
      return fc.constantFrom('2026-01-01T00:00:00.000Z', '1970-01-01T00:00:00Z', '9999-12-31T23:59:59Z');
    default:
      return text;
  }
}
const requiredOrNot = (type: GraphQLInputType, depth: number) =>
  isNonNullType(type) ? valueOf(type, depth) : fc.option(valueOf(type, depth));

/** All leaves one level down, so that every field of the payload is read. */
const selectionOf = (field: GraphQLField<unknown, unknown>) => {
  const type = getNamedType(field.type) as unknown as {
    getFields(): Record<string, { type: unknown; args: unknown[] }>;
  };
  return Object.keys(type.getFields())
    .map(
      (name) =>
        ({
          product: 'product { id name version attributes { value } category { slug } }',
          category: 'category { slug attributes { name } }',
          userErrors: 'userErrors { code message field }',
          shortages: 'shortages { productId available }',
        })[name] ?? name,
    )
    .join(' ');
};

describe('every mutation', () => {
  const mutations = Object.values(schema.getMutationType()!.getFields());

  it.each(mutations.map((field) => [field.name, field] as const))(
    'should answer anything its input allows to %s without a fault of ours',
    async (name, field) => {
      const input = field.args[0]!;
      const document = `mutation ($input: ${String(input.type)}) { ${name}(input: $input) { ${selectionOf(field)} } }`;
      const identity = name.endsWith('Stock') && name !== 'adjustStock' ? orders : admin;
      await fc.assert(
        fc.asyncProperty(valueOf(input.type), async (value) => {
          const { errors } = await shop.ask(document, { input: value }, identity);
          for (const { message, extensions } of errors ?? []) {
            expect([message, extensions?.code]).toEqual([expect.any(String), 'BAD_USER_INPUT']);
          }
        }),
        { numRuns: 60, endOnFailure: true },
      );
    },
    60_000,
  );
});

describe('every query', () => {
  it('should answer any filter, sort and cursor without a fault of ours', async () => {
    const { args } = schema.getQueryType()!.getFields()['products']!;
    const variables = fc.record(
      Object.fromEntries(args.map((arg) => [arg.name, fc.option(valueOf(arg.type))])),
    );
    const document = `query (${args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ')}) {
      products(${args.map(({ name }) => `${name}: $${name}`).join(', ')}) { totalCount nodes { id } facets { inStockCount attributes { name } categories { count } priceRanges { count } } } }`;
    await fc.assert(
      fc.asyncProperty(variables, async (given) => {
        const { errors } = await shop.ask(document, given);
        for (const { message, extensions } of errors ?? []) {
          expect([message, extensions?.code]).toEqual([expect.any(String), 'BAD_USER_INPUT']);
        }
      }),
      { numRuns: 100, endOnFailure: true },
    );
  }, 60_000);
});
