import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startWorld, type TestWorld } from './support/gateway.js';
import { type RawUpstream, startRawUpstream } from './support/raw-upstream.js';
import { LINK, over } from './support/supergraph.js';

describe('numbers', () => {
  const world = over([
    {
      name: 'a',
      typeDefs: `scalar Big type Query { echo(big: Big, in: In, f: Float, i: Int, bigs: [[Big!]]): Big p: P } input In { big: Big f: Float }
        type P @key(fields: "big") { big: Big! f: Float id: ID i: Int }`,
    },
    { name: 'b', typeDefs: 'scalar Big type P @key(fields: "big") { big: Big! more: String }' },
  ]);
  /** Answers with a text, and tells what came. */
  const answerWith = async (data: string, query: string, variables = '{}') => {
    const bodies: string[] = [];
    world().subgraphs['a']!.intercept = (seen) => {
      bodies.push(seen.query);
      return Promise.resolve({ text: `{"data":${data}}` });
    };
    const response = await world().fetch({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"query":${JSON.stringify(query)},"variables":${variables}}`,
    });
    return { text: await response.text(), bodies };
  };

  it.each([
    ['{ echo }', '{"echo":12345678901234567890}'],
    ['{ echo }', '{"echo":{"a":[1.50,-0,1e3,0.1,"1.50",12345678901234567890]}}'],
    ['{ p { f big id } }', '{"p":{"f":1.0,"big":-12345678901234567890.10,"id":98765432109876543210}}'],
  ])('of answers keep their text: %s %s', async (query, data) => {
    expect((await answerWith(data, query)).text).toBe(`{"data":${data}}`);
  });

  it.each([
    ['{ p { id i } }', '{"p":{"id":98765432109876543210,"i":12345678901234567890}}'],
    ['{ p { id } }', '{"p":{"id":1234567890123456}}'],
    ['{ p { id i } }', '{"p":{"id":-12345678901234567,"i":100000000000000000000}}'],
    ['{ p { id i } }', `{"p":{"id":"${'12'.repeat(12)}","i":${'9'.repeat(40)}}}`],
  ])('keep their text where all selected fields are integers: %s %s', async (query, data) => {
    for (const padding of ['', ' ', ' '.repeat(7), ' '.repeat(15)])
      expect((await answerWith(padding + data, query)).text).toBe(`{"data":${data}}`);
  });

  it('of errors keep their text, whatever the fields are', async () => {
    const error =
      '{"message":"No","path":["p"],"extensions":{"code":"NO","limit":1.50,"of":12345678901234567890}}';
    const { text } = await answerWith(`{"p":null},"errors":[${error}]`, '{ p { i } }');
    expect(text).toContain('"limit":1.50,"of":12345678901234567890');
  });

  it.each([
    ['1.0', '1'],
    ['1e3', '1000'],
    ['-0', '0'],
    ['-0.0', '0'],
  ])('that are integers are written as integers: %s', async (given, written) => {
    const { text } = await answerWith(`{"p":{"i":${given},"id":${given}}}`, '{ p { i id } }');
    expect(text).toBe(`{"data":{"p":{"i":${written},"id":${written}}}}`);
  });

  it.each(['1.5', '1e400', '1e300', '1e21'])('that are no integers are no Int: %s', async (given) => {
    const { text } = await answerWith(`{"p":{"i":${given}}}`, '{ p { i } }');
    expect(JSON.parse(text)).toMatchObject({ data: { p: { i: null } }, errors: [{ path: ['p', 'i'] }] });
  });

  it.each(['12345678901234567890', '1.50', '1.0', '1e3', '-0.0', '[1.50[12345678901234567890]]'])(
    'of literals keep their text: %s',
    async (literal) => {
      const query = `query ($x: Big = ${literal}) { a: echo(big: ${literal}) b: echo(bigs: [[${literal}]], big: $x) }`;
      const { bodies } = await answerWith('{"a":1,"b":2}', query);
      expect(bodies.join().replace(/\s/g, '')).toContain(`echo(big:${literal})`);
      expect(bodies.join().replace(/\s/g, '')).toContain(`bigs:[[${literal}]]`);
    },
  );

  it.each([
    ['query ($x: Big) { echo(big: $x) }', '{"x":12345678901234567890}'],
    ['query ($x: In) { echo(in: $x) }', '{"x":{"f":1.50,"big":{"deep":[1e400,-0]}}}'],
    ['query ($x: Float!) { echo(f: $x) }', '{"x":1.0}'],
    ['query ($x: [[Big!]]) { echo(bigs: $x) }', '{"x":[[0.10]]}'],
  ])('of variables keep their text: %s %s', async (query, variables) => {
    const bodies: string[] = [];
    const send = world().app.pipeline.subgraphs.fetcher.bind(world().app.pipeline.subgraphs);
    world().app.pipeline.subgraphs.fetcher = (scope) => {
      const fetch = send(scope);
      return (step, body, done) => {
        bodies.push(body);
        fetch(step, body, done);
      };
    };
    await answerWith('{"echo":1}', query, variables);
    world().app.pipeline.subgraphs.fetcher = send;
    expect(bodies.join()).toContain(`"variables":${variables}`);
  });

  it('of keys keep their text', async () => {
    const bodies: string[] = [];
    const send = world().app.pipeline.subgraphs.fetcher.bind(world().app.pipeline.subgraphs);
    world().app.pipeline.subgraphs.fetcher = (scope) => {
      const fetch = send(scope);
      return (step, body, done) => {
        bodies.push(body);
        fetch(step, body, done);
      };
    };
    await answerWith('{"p":{"__typename":"P","big":12345678901234567890}}', '{ p { more } }');
    world().app.pipeline.subgraphs.fetcher = send;
    expect(bodies[1]).toContain('"representations":[{"__typename":"P","big":12345678901234567890}]');
  });
});

describe('numbers in a subscription', () => {
  const numbers = '[12345678901234567890,1.50,-0,1e3,"1.50"]';
  let upstream: RawUpstream;
  let world: TestWorld;
  beforeAll(async () => {
    upstream = await startRawUpstream();
    const typeDefs = `${LINK} scalar Big type Query { a: Int } type Subscription { big(x: Big): Big }`;
    world = await startWorld([{ name: 'a', typeDefs }], { SUBGRAPH_WS: `a=${upstream.url}` });
  });
  afterAll(async () => {
    await world.stop();
    await upstream.close();
  });

  it('keep their text on the way to the subgraph and on the way back', async () => {
    upstream.onSubscribe = ({ id, socket }) => {
      socket.send(`{"id":"${id}","type":"next","payload":{"data":{"big":${numbers}}}}`);
      socket.send(`{"id":"${id}","type":"next","payload":{"data":{"big":0.5}}}`);
      socket.send(`{"id":"${id}","type":"complete"}`);
    };
    const query = 'subscription ($x: Big) { big(x: $x) }';
    const response = await world.fetch({
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: `{"query":${JSON.stringify(query)},"variables":{"x":${numbers}}}`,
    });
    const text = await response.text();
    expect(text).toContain(`{"data":{"big":${numbers}}}`);
    expect(text).toContain('{"data":{"big":0.5}}');
    expect(upstream.subscriptions[0]!.text).toContain(`"x":${numbers}`);
  });
});
