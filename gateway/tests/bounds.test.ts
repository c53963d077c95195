import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import { hoistLiterals } from '../src/operation/literals.js';
import { createRateLimit } from '../src/admission/rate-limit.js';
import { type GraphQLResult, startWorld, type TestWorld } from './support/gateway.js';
import { heapBytes, INSPECTED } from './support/heap.js';
import { killGateways, startGateway } from './support/process.js';

const code = ({ errors }: GraphQLResult) => errors?.[0]?.extensions?.['code'];
const nested = (depth: number, inner: string) => '['.repeat(depth) + inner + ']'.repeat(depth);

/** Fields that each of several subgraphs can give: the planner weighs thousands of ways to ask for them. */
const LETTERS = ['b', 'c', 'd', 'e', 'f'];
const shared = (name: string) => ({
  name,
  typeDefs: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable"])
    type T @key(fields: "id") { id: ID! own_${name}: Int ${LETTERS.map((one) => `${one}: T @shareable`).join(' ')} }`,
});
const definitions = [
  {
    name: 'echo',
    typeDefs: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])
      scalar Any input In { any: Any in: In list: [In] n: Int }
      type Query { echo(any: Any, in: In, n: Int = 7): Any t: T } type T @key(fields: "id") { id: ID! }`,
    resolvers: {
      Query: { echo: (_: unknown, { any }: { any: unknown }) => any, t: () => null },
    },
  },
  ...LETTERS.map(shared),
];
/** Takes Apollo's planner several seconds; every level multiplies the ways. */
const slow = (name: string) => {
  const own = LETTERS.map((one) => `own_${one}`).join(' ');
  const level = (depth: number): string =>
    depth === 0 ? own : `${own} ${LETTERS.map((one) => `${one} { ${level(depth - 1)} }`).join(' ')}`;
  return `query ${name} { t { ${level(3)} } }`;
};

describe('a gateway that plans in a thread', () => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await startWorld(definitions, {
      PLAN_LIMIT_MS: '1500',
      PLAN_CACHE_BYTES: String(2 * 1024 * 1024),
      TRUSTED_PROXIES: '1',
      MAX_ALIASES: '1000',
    });
  });
  afterAll(() => world.stop());
  const from = (address: string) => ({ 'x-forwarded-for': address });

  it('answers others, new operations too, while it plans what takes too long, and refuses that', async () => {
    expect((await world.query('{ echo(any: 1) }')).data).toEqual({ echo: 1 });
    const done: string[] = [];
    const note = (name: string) => (result: GraphQLResult) => {
      done.push(name);
      return result;
    };
    const refused = world.query(slow('Slow'), {}, from('10.0.0.1')).then(note('slow'));
    const known = world.query('{ echo(any: 1) }', {}, from('10.0.0.2')).then(note('known'));
    const fresh = world.query('{ echo(any: 2) }', {}, from('10.0.0.3')).then(note('fresh'));
    expect((await known).data).toEqual({ echo: 1 });
    expect((await fresh).data).toEqual({ echo: 2 });
    expect(code(await refused)).toBe('OPERATION_TOO_COMPLEX');
    expect(done.indexOf('known')).toBeLessThan(done.indexOf('slow'));
    // It is refused at once from now on.
    expect(code(await world.query(slow('Slow'), {}, from('10.0.0.1')))).toBe('OPERATION_TOO_COMPLEX');
  });

  it('plans equal operations that come at once only once', async () => {
    const before = world.subgraphs['echo']!.requests.length;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => world.query('{ one: echo(any: "x") }', {}, from(`10.1.0.${n}`))),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set(['{"data":{"one":"x"}}']),
    );
    expect(world.subgraphs['echo']!.requests.length).toBeGreaterThan(before);
  });

  it.each([
    ['a list', (depth: number) => `{ echo(any: ${nested(depth, '1')}) }`],
    ['objects', (depth: number) => `{ echo(in: ${'{in: '.repeat(depth)}{n: 1}${'}'.repeat(depth)}) }`],
    [
      'objects in lists',
      (depth: number) => `{ echo(in: ${'{list: ['.repeat(depth)}{n: 1}${']}'.repeat(depth)}) }`,
    ],
    ['a default', (depth: number) => `query ($any: Any = ${nested(depth, '1')}) { echo(any: $any) }`],
    [
      'lists within an argument of a directive',
      (depth: number) => `{ echo @skip(if: ${nested(depth, '1')}) }`,
    ],
    ['a type', (depth: number) => `query ($any: ${nested(depth, 'Int')}) { echo(any: $any) }`],
    ['selections', (depth: number) => `{ t ${'{ t '.repeat(depth)} ${'}'.repeat(depth)} }`],
    ['unclosed brackets', (depth: number) => `{ echo(any: ${'['.repeat(depth)}`],
  ])('refuses %s nested thousands of levels deep', async (_name, make) => {
    for (const depth of [1_200, 2_300]) {
      const response = await world.fetch({
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
        body: JSON.stringify({ query: make(depth) }),
      });
      const result = (await response.json()) as GraphQLResult;
      expect([response.status, code(result)]).toEqual([400, 'OPERATION_LIMIT_EXCEEDED']);
    }
  });

  it('takes values nested as deeply as the limit on brackets allows, as literals and as variables', async () => {
    const value = JSON.parse(nested(400, '1')) as unknown;
    expect((await world.query(`{ echo(any: ${nested(400, '1')}) }`)).data).toEqual({ echo: value });
    expect((await world.query('query ($any: Any) { echo(any: $any) }', { any: value })).data).toEqual({
      echo: value,
    });
  });

  it('reads wide variables, and many of them', async () => {
    const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`key${n}`, n]));
    expect((await world.query('query ($any: Any) { echo(any: $any) }', { any: wide })).data).toEqual({
      echo: wide,
    });
    const names = Array.from({ length: 700 }, (_, n) => `v${n}`);
    const many = `query (${names.map((name) => `$${name}: Any`).join(' ')}) { echo(any: [${names.map((name) => `$${name}`).join(' ')}]) }`;
    const values = Object.fromEntries(names.map((name, n) => [name, n]));
    expect((await world.query(many, values)).data).toEqual({ echo: Object.values(values) });
  });

  it('keeps what others use, whatever one client sends', async () => {
    const planner = () => world.app.pipeline.planner!;
    const used = 'query Used { echo(any: "used") }';
    await world.query(used, {}, from('10.0.1.1'));
    await world.query(used, {}, from('10.0.1.2'));
    const unique = (n: number) =>
      `query Unique${n} { ${Array.from({ length: 50 }, (_, m) => `a${m}: echo(any: ${n})`)
        .slice(0, 19)
        .join(' ')} }`;
    for (let n = 0; n < 150; n++) {
      const { errors } = await world.query(unique(n), {}, from('10.0.1.3'));
      expect(errors).toBeUndefined();
      expect(planner().cached.bytes).toBeLessThanOrEqual(2 * 1024 * 1024);
    }
    expect(planner().isPlanned(unique(149))).toBe(true);
    expect(planner().isPlanned(unique(0))).toBe(false);
    expect(planner().isPlanned(used)).toBe(true);
  });

  it('keeps no text of more than 64 KiB, and no operation that takes a large part of the cache', async () => {
    const text = (length: number) => `{ echo(any: "${'x'.repeat(length)}") }`;
    for (const [length, isKept] of [
      [1_000, true],
      [12_000, false],
      [70_000, false],
    ] as const) {
      expect((await world.query(text(length))).data).toEqual({ echo: 'x'.repeat(length) });
      expect(world.app.pipeline.planner!.isPlanned(text(length))).toBe(isKept);
    }
  });
});

describe('literals', () => {
  const schema = buildSchema(
    'scalar Any input In { any: Any n: Float } directive @tag(any: Any) on FIELD type Query { f(any: Any, in: In, n: Float = 1): Int }',
  );
  const hoist = (text: string) => hoistLiterals(parse(text, { noLocation: true }), schema);
  const restore = (text: string, operation: string, variableUsages: string[]) =>
    hoist(text).restore({
      kind: 'QueryPlan',
      node: {
        kind: 'Fetch',
        serviceName: 'a',
        operation,
        operationName: undefined,
        operationKind: 'query' as never,
        variableUsages,
      },
    }).node;

  it('come back into requests as the client wrote them', () => {
    expect(
      restore(
        'query ($x: Float! = 1.50, $y: Any) { f(any: [1.0, 12345678901234567890, {b: $y, a: """block "text" """}], n: $x) }',
        'query($x:Float!,$literal_0:Any){f(any:$literal_0,n:$x)}',
        ['literal_0', 'x'],
      ),
    ).toMatchObject({
      operation:
        'query($y:Any$x:Float!=1.50){f(any:[1.0 12345678901234567890{b:$y a:"""block "text" """}]n:$x)}',
      variableUsages: ['y', 'x'],
    });
  });

  it('that are equal stay equal, those of @skip and @include stay, and names of variables are free', () => {
    const { document } = hoist(
      '{ f(in: {n: 1, any: 2}) ... { f(in: {any: 2, n: 1}) @skip(if: false) @tag(any: [1]) } }',
    );
    expect(
      JSON.stringify(document)
        .match(/literal_\d/g)!
        .sort(),
    ).toEqual(['literal_0', 'literal_0', 'literal_0', 'literal_1', 'literal_1'].sort());
    expect(JSON.stringify(hoist('query ($literal_7: Any) { f(any: [$literal_7]) }').document)).toContain(
      '_literal_0',
    );
  });
});

describe('what planning costs', () => {
  it('is counted for the client that asks, until the time it may take is worked off', async () => {
    const limit = createRateLimit({ perMinute: 60, burst: 3, redis: undefined });
    const isAllowed = async (key: string) => (await limit.checkPlanning([key])).isAllowed;
    limit.chargePlanning(['a'], 2_000);
    expect(await isAllowed('a')).toBe(true);
    limit.chargePlanning(['a'], 2_000);
    expect([await isAllowed('a'), await isAllowed('b')]).toEqual([false, true]);
    expect((await limit.take(['a'], 1)).isAllowed).toBe(true);
  });
});

describe('the weight of an operation', () => {
  afterAll(killGateways);

  it('is about what it takes of the heap', async () => {
    const file = fileURLToPath(new URL('../../schema/supergraph.graphql', import.meta.url));
    const gateway = startGateway(
      ['--supergraph', file, '--port', '0'],
      { NODE_ENV: 'development', EXPLAIN: 'false', LOG_LEVEL: 'silent', PLAN_LIMIT_MS: '30000' },
      INSPECTED,
    );
    const url = `http://127.0.0.1:${await gateway.port()}`;
    const send = async (n: number) => {
      const fields = 'id name price { amount currency }'.repeat(20);
      const query = `query A${n} { products(first: 1) { edges { node { ${fields} } } } }`;
      await (
        await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query }),
        })
      ).text();
    };
    const weight = async () =>
      Number(
        /^cartograph_gateway_operations_cached_bytes\S* (\S+)$/m.exec(
          await (await fetch(`${url}/metrics`)).text(),
        )![1],
      );
    for (let n = 0; n < 10; n++) await send(n);
    const before = { heap: await heapBytes(gateway), weight: await weight() };
    for (let n = 10; n < 70; n++) await send(n);
    const heap = (await heapBytes(gateway)) - before.heap;
    const weighed = (await weight()) - before.weight;
    expect(heap).toBeGreaterThan(1024 * 1024);
    expect(weighed / heap).toBeGreaterThan(0.8);
    expect(weighed / heap).toBeLessThan(3);
  });
});
