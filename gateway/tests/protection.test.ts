import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { collectOperations } from '../src/operations.js';
import { type GraphQLResult, startWorld, type TestWorld } from './support/gateway.js';
import { shop } from './support/shop.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const codes = ({ errors = [] }: GraphQLResult) => errors.map(({ extensions }) => extensions?.['code']);

describe('limits on operations', () => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await startWorld(shop().definitions, {
      MAX_DEPTH: '5',
      MAX_ALIASES: '3',
      MAX_ROOT_FIELDS: '2',
      MAX_DIRECTIVES: '2',
      MAX_TOKENS: '200',
      MAX_COST: '100',
    });
  });
  afterAll(() => world.stop());

  it.each([
    [
      'depth',
      '{ users { reviews { product { reviews { author { name } } } } } }',
      'OPERATION_LIMIT_EXCEEDED',
    ],
    [
      'depth in fragments',
      '{ users { ...A } } fragment A on User { reviews { ...B } } fragment B on Review { product { reviews { author { name } } } }',
      'OPERATION_LIMIT_EXCEEDED',
    ],
    ['aliases', '{ a: me { name } me { b: name c: name d: name } }', 'OPERATION_LIMIT_EXCEEDED'],
    ['root fields', '{ me { name } users { name } topProducts { name } }', 'OPERATION_LIMIT_EXCEEDED'],
    [
      'directives',
      '{ me { name @skip(if: false) id @skip(if: false) n: name @skip(if: false) } }',
      'OPERATION_LIMIT_EXCEEDED',
    ],
    ['tokens', `{ me { ${'name '.repeat(250)} } }`, 'GRAPHQL_PARSE_FAILED'],
    ['cost', '{ users { reviews { product { name } } } }', 'OPERATION_TOO_EXPENSIVE'],
  ])('refuse too much of %s', async (_name, query, code) => {
    const result = await world.query(query);
    expect(codes(result)).toContain(code);
    expect(result.data).toBeUndefined();
  });

  it('survive a fragment that spreads itself, and some that double each other', async () => {
    expect(codes(await world.query('{ me { ...A } } fragment A on User { ...A }'))).toEqual([
      'GRAPHQL_VALIDATION_FAILED',
    ]);
    const doubling = Array.from(
      { length: 8 },
      (_, index) => `fragment F${index} on User { a: name ...F${index + 1} ...F${index + 1} }`,
    ).join(' ');
    expect(codes(await world.query(`{ me { ...F0 } } ${doubling} fragment F8 on User { id }`))).toContain(
      'OPERATION_LIMIT_EXCEEDED',
    );
  });

  it('count lists by the argument that tells their length', async () => {
    const cost = async (query: string, variables = {}) => {
      const response = await world.fetch({
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables, extensions: { cost: true } }),
      });
      return ((await response.json()) as GraphQLResult).extensions?.['cost'];
    };
    expect(await cost('{ topProducts(first: 3) { name } }')).toEqual({ estimated: 3, actual: 3, max: 100 });
    expect(await cost('query ($n: Int) { topProducts(first: $n) { name } }', { n: 50 })).toEqual({
      estimated: 50,
      actual: 3,
      max: 100,
    });
    expect(await cost('{ topProducts { name } }')).toEqual({ estimated: 2, actual: 2, max: 100 });
    expect(await cost('{ users { name } }')).toEqual({ estimated: 10, actual: 2, max: 100 });
    expect(codes(await world.query('{ topProducts(first: 101) { name } }'))).toEqual([
      'OPERATION_TOO_EXPENSIVE',
    ]);
  });
});

describe('@cost and @listSize', () => {
  it('weigh fields and size lists', async () => {
    const world = await startWorld([
      {
        name: 'a',
        typeDefs: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@cost", "@listSize"])
          type Query { cheap: Int dear: Int @cost(weight: 7) items(count: Int = 4): [Item] @listSize(slicingArguments: ["count"]) some: [Item] @listSize(assumedSize: 6) page(first: Int): Page @listSize(slicingArguments: ["first"], sizedFields: ["found"]) }
          type Item @cost(weight: 2) { id: ID } type Page { found: [Item] }`,
        resolvers: {
          Query: {
            items: () => [{ id: 1 }],
            some: () => [],
            page: () => ({ found: [] }),
            cheap: () => 1,
            dear: () => 1,
          },
        },
      },
    ]);
    const estimated = async (query: string) => {
      const response = await world.fetch({
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, extensions: { cost: true } }),
      });
      return (((await response.json()) as GraphQLResult).extensions?.['cost'] as { estimated: number })
        .estimated;
    };
    expect(await estimated('{ cheap dear }')).toBe(7);
    expect(await estimated('{ items { id } }')).toBe(8);
    expect(await estimated('{ items(count: 3) { id } }')).toBe(6);
    expect(await estimated('{ some { id } }')).toBe(12);
    expect(await estimated('{ page(first: 5) { found { id } } }')).toBe(11);
    await world.stop();
  });
});

describe('in production', () => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await startWorld(shop().definitions, { NODE_ENV: 'production', RATE_LIMIT_PER_MINUTE: '0' });
  });
  afterAll(() => world.stop());

  it('hides the schema, also in suggestions', async () => {
    expect(new Set(codes(await world.query('{ __schema { types { name } } }')))).toEqual(
      new Set(['GRAPHQL_VALIDATION_FAILED']),
    );
    const [error] = (await world.query('{ topProduct { name } }')).errors!;
    expect(error!.message).toBe('Cannot query field "topProduct" on type "Query".');
  });

  it('does not explain its plans', async () => {
    const response = await world.fetch({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ me { name } }', extensions: { explain: true } }),
    });
    expect(await response.json()).toEqual({ data: { me: { name: 'Ada' } } });
  });
});

describe('the safelist of a client', () => {
  it('holds each operation with the fragments it uses', () => {
    const operations = collectOperations([
      parse('query A { me { ...F __typename } } query B { users { id } }'),
      parse('fragment F on User { ...G } fragment G on User { id }'),
    ]);
    expect(Object.values(operations)).toEqual([
      'query A {\n  me {\n    ...F\n  }\n}\n\nfragment F on User {\n  ...G\n}\n\nfragment G on User {\n  id\n}',
      'query B {\n  users {\n    id\n  }\n}',
    ]);
    for (const [hash, text] of Object.entries(operations)) expect(hash).toBe(sha256(text));
    expect(() => collectOperations([parse('{ me { ...Gone } }')])).toThrow('"Gone"');
  });
});

describe('persisted operations', () => {
  const text = '{ me { name } }';
  const send = async (world: TestWorld, body: object) => {
    const response = await world.fetch({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, result: (await response.json()) as GraphQLResult };
  };
  const persistedQuery = { version: 1, sha256Hash: sha256(text) };

  it('are registered by clients, by the hash that is theirs only', async () => {
    const world = await startWorld(shop().definitions);
    expect(codes((await send(world, { extensions: { persistedQuery } })).result)).toEqual([
      'PERSISTED_QUERY_NOT_FOUND',
    ]);
    expect(
      codes((await send(world, { query: '{ users { id } }', extensions: { persistedQuery } })).result),
    ).toEqual(['PERSISTED_QUERY_HASH_MISMATCH']);
    expect((await send(world, { query: text, extensions: { persistedQuery } })).result.data).toEqual({
      me: { name: 'Ada' },
    });
    expect((await send(world, { extensions: { persistedQuery } })).result.data).toEqual({
      me: { name: 'Ada' },
    });
    expect(
      codes((await send(world, { extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } })).result),
    ).toEqual(['BAD_REQUEST']);
    await world.stop();
  });

  it('are all that runs when the safelist is enforced, and a log line otherwise', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gateway-safelist-'));
    const file = join(folder, 'operations.json');
    writeFileSync(file, JSON.stringify({ [sha256(text)]: text }));
    const enforcing = await startWorld(shop().definitions, { SAFELIST_FILE: file, SAFELIST_MODE: 'enforce' });
    expect((await send(enforcing, { query: text })).result.data).toEqual({ me: { name: 'Ada' } });
    expect((await send(enforcing, { extensions: { persistedQuery } })).result.data).toEqual({
      me: { name: 'Ada' },
    });
    // As Apollo Client sends it.
    expect(
      (await send(enforcing, { query: 'query {\n  me {\n    name\n    __typename\n  }\n}' })).result.data,
    ).toEqual({
      me: { name: 'Ada', __typename: 'User' },
    });
    expect(await send(enforcing, { query: '{ users { id } }' })).toMatchObject({
      status: 403,
      result: { errors: [{ extensions: { code: 'OPERATION_NOT_ALLOWED' } }] },
    });
    await enforcing.stop();
    const logging = await startWorld(shop().definitions, { SAFELIST_FILE: file, SAFELIST_MODE: 'log' });
    expect((await send(logging, { query: '{ users { id } }' })).result.errors).toBeUndefined();
    await logging.stop();
    rmSync(folder, { recursive: true });
  });
});
