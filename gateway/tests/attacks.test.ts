import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { type GraphQLResult, startWorld, type TestWorld } from './support/gateway.js';
import { killGateways, type RunningGateway, startGateway } from './support/process.js';

const small = {
  name: 'a',
  typeDefs: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])
    scalar Any input Filter { and: Filter or: [Filter] } type Query { me: User users(first: Int): [User] echo(any: Any, filter: Filter): Any }
    type User @key(fields: "id") { id: ID name: String friends(first: Int, last: Int): [User] } type Subscription { tick: Int }`,
  resolvers: {
    Query: {
      me: () => ({ id: '1', name: 'Ada' }),
      users: () => [{ id: '1', name: 'Ada' }],
      echo: (_: unknown, { any }: { any: unknown }) => any,
    },
  },
};

let world: TestWorld;
let gateway: RunningGateway;
let port: number;
beforeAll(async () => {
  world = await startWorld([small]);
  gateway = startGateway(['--supergraph', world.file, '--port', '0'], { NODE_ENV: 'production' });
  port = await gateway.port();
});
afterAll(async () => {
  await killGateways();
  await world.stop();
});

async function post(body: string | Buffer): Promise<{ status: number; result: GraphQLResult }> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      connection: 'close',
    },
    body,
  });
  return { status: response.status, result: (await response.json()) as GraphQLResult };
}
const ask = (query: string, variables?: object, extensions?: object) =>
  post(JSON.stringify({ query, variables, extensions }));
const code = ({ result }: { result: GraphQLResult }) => result.errors?.[0]?.extensions?.['code'];
const chain = (length: number, link: (next: string) => string, last: string) =>
  Array.from({ length }, (_, index) => `fragment F${index} on User { ${link(`...F${index + 1}`)} }`).join(
    ' ',
  ) + ` fragment F${length} on User { ${last} }`;

describe('an operation made to cost the gateway more than its sender', () => {
  it.each([
    [
      'fragments that each spread the next twice',
      `{ me { ...F0 } } ${chain(22, (next) => `${next} ${next}`, 'id')}`,
      'OPERATION_LIMIT_EXCEEDED',
    ],
    [
      'lists of friends of friends, doubled by fragments',
      `{ me { ...F0 } } ${chain(12, (next) => `friends { ${next} } more: friends { ${next} }`, 'id')}`,
      'OPERATION_LIMIT_EXCEEDED',
    ],
    [
      'a thousand aliases',
      `{ me { ${Array.from({ length: 1_000 }, (_, n) => `a${n}: name`).join(' ')} } }`,
      'OPERATION_LIMIT_EXCEEDED',
    ],
    [
      '600 directives on a field',
      `{ me { name ${'@skip(if: false) '.repeat(600)} } }`,
      'OPERATION_LIMIT_EXCEEDED',
    ],
    [
      '2,400 directives on the operation',
      `query ${'@a '.repeat(2_400)} { me { name } }`,
      'OPERATION_LIMIT_EXCEEDED',
    ],
    [
      '2,400 directives on a variable',
      `query ($a: Int ${'@a '.repeat(2_400)}) { users(first: $a) { id } }`,
      'OPERATION_LIMIT_EXCEEDED',
    ],
    [
      '2,400 directives on a fragment',
      `{ me { ...F } } fragment F on User ${'@a '.repeat(2_400)} { id }`,
      'OPERATION_LIMIT_EXCEEDED',
    ],
    [
      'inline fragments 1,600 deep',
      `{ me { ${'... { '.repeat(1_600)} id ${'} '.repeat(1_600)} } }`,
      'OPERATION_LIMIT_EXCEEDED',
    ],
    [
      'fragments in a circle',
      '{ me { ...A } } fragment A on User { friends { ...B } } fragment B on User { friends { ...A } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['one field 4,900 times', `{ me { ${'name '.repeat(4_900)} } }`, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a list of 2^31 - 1',
      '{ users(first: 2147483647) { friends(first: 2147483647) { id } } }',
      'OPERATION_TOO_EXPENSIVE',
    ],
  ])('is refused: %s', async (_name, query, expected) => {
    const answer = await ask(query);
    expect([answer.status, code(answer)]).toEqual([400, expected]);
    expect(answer.result.data).toBeUndefined();
  });

  it.each([
    ['no value for the variable', '{ n: Int }', {}],
    ['null', '', { n: null }],
    ['a negative number', '', { n: -5 }],
  ])('is not made cheap by %s as the length of a list', async (_name, _type, variables) => {
    const { result } = await ask(
      'query ($n: Int) { users(first: $n) { friends(first: $n) { id } } }',
      variables,
      { cost: true },
    );
    expect(result.extensions!['cost']).toMatchObject({ estimated: 110 });
  });

  it('counts the larger of two lengths', async () => {
    const { result } = await ask('{ me { friends(first: 1, last: 50) { id } } }', {}, { cost: true });
    expect(result.extensions!['cost']).toMatchObject({ estimated: 51 });
  });
});

describe('a malicious body', () => {
  const nested = (open: string, close: string) => open.repeat(100_000) + 'null' + close.repeat(100_000);

  it.each([
    [
      'variables nested 100,000 deep',
      `{"query":"query($f:Filter){echo(filter:$f)}","variables":{"f":${nested('{"and":', '}')}}}`,
    ],
    ['extensions nested 100,000 deep', `{"query":"{me{id}}","extensions":{"e":${nested('[', ']')}}}`],
    ['bytes that are not UTF-8', Buffer.from('{"query":"{me{id}} #\xff"}', 'latin1')],
    ['nothing', ''],
    ['a bare word', 'hello'],
    ['null', 'null'],
    ['a batch', '[{"query":"{me{id}}"}]'],
  ])('is a 400 that says what was expected: %s', async (_name, body) => {
    const answer = await post(body);
    expect([answer.status, code(answer)]).toEqual([400, 'BAD_REQUEST']);
    expect(answer.result.errors![0]!.message).toMatch(/must be|one operation per request/);
  });

  it.each([
    [
      'variables',
      `{"query":"query($f:Filter){echo(filter:$f)}","variables":{"f":${nested('{"and":', '}')}}}`,
    ],
    ['extensions', `{"query":"{me{id}}","extensions":{"e":${nested('[', ']')}}}`],
  ])(
    'is refused before it is parsed, which would take many seconds, when nested too deep: %s',
    async (_name, body) => {
      const { result } = await post(body);
      expect(result.errors![0]!.message).toContain('nested deeper than 1000 levels');
    },
  );

  it('may name things as JavaScript objects do', async () => {
    expect(
      (
        await post(
          '{"query":"query($__proto__: Boolean!, $constructor: Boolean = true) { __proto__: me { name @skip(if: $__proto__) toString: id constructor: name @skip(if: $constructor) } }","variables":{"__proto__":true}}',
        )
      ).result,
    ).toEqual(JSON.parse('{"data":{"__proto__":{"toString":"1"}}}'));
    expect(
      (await post('{"query":"query($a: Any) { echo(any: $a) }","variables":{"a":{"__proto__":{"x":1}}}}'))
        .result,
    ).toEqual(JSON.parse('{"data":{"echo":{"__proto__":{"x":1}}}}'));
  });

  it('counts by its last value for a key that comes twice, as JSON does', async () => {
    expect((await post('{"query":"{me{id}}","query":"{me{name}}"}')).result).toEqual({
      data: { me: { name: 'Ada' } },
    });
  });
});

describe('a malicious WebSocket message', () => {
  const deep = '['.repeat(200_000) + ']'.repeat(200_000);

  it.each([
    ['a ping with a payload nested 200,000 deep', `{"type":"ping","payload":${deep}}`, 4400],
    ['a type nested 200,000 deep', `{"type":${deep}}`, 4400],
    [
      'variables nested 200,000 deep',
      `{"type":"subscribe","id":"1","payload":{"query":"{me{id}}","variables":{"a":${deep}}}}`,
      4400,
    ],
    ['more than the body limit', 'x'.repeat(1_100_000), 1009],
  ])('closes its socket: %s', async (_name, message, expected) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('open', () => {
      socket.send('{"type":"connection_init"}');
      socket.send(message);
    });
    expect(await closed).toBe(expected);
  });
});

describe('after all that', () => {
  it('the process is the same, has logged no fault of its own, and answers', async () => {
    expect((await ask('{ me { name } }')).result).toEqual({ data: { me: { name: 'Ada' } } });
    expect(gateway.process.exitCode).toBeNull();
    expect(gateway.output()).not.toMatch(/Unhandled|"level":"(error|fatal)"/);
  });
});
