import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CircuitBreaker, RetryBudget } from '../src/execution/circuit-breaker.js';
import { type GraphQLResult, startWorld, type TestWorld, until } from './support/gateway.js';
import { shop } from './support/shop.js';

let world: TestWorld;
beforeAll(async () => {
  world = await startWorld(shop().definitions, {
    SUBGRAPH_TIMEOUT_MS: '1000',
    SUBGRAPH_TIMEOUTS_MS: 'inventory=150',
    SUBGRAPH_MAX_RESPONSE_BYTES: '100000',
  });
});
afterAll(() => world.stop());
beforeEach(() => {
  for (const subgraph of Object.values(world.subgraphs)) {
    subgraph.requests.length = 0;
    subgraph.intercept = undefined;
  }
});
const inventory = () => world.subgraphs['inventory']!;
const users = () => world.subgraphs['users']!;
const stock = '{ topProducts { name inStock } }';
const bodies = { status: 503, text: '<html>' };

describe('a subgraph that misbehaves', () => {
  it('is given its own time, then its fields are null with an error that names it', async () => {
    inventory().intercept = () => new Promise(() => undefined);
    const result = await world.query(stock);
    expect(result).toMatchObject({
      data: {
        topProducts: [
          { name: 'Table', inStock: null },
          { name: 'Couch', inStock: null },
        ],
      },
      errors: [
        {
          // Its own limit, not the one of a second that the other subgraphs have.
          message: expect.stringContaining('within 150 ms'),
          path: ['topProducts'],
          extensions: { code: 'SUBGRAPH_TIMEOUT', service: 'inventory' },
        },
      ],
    });
  });

  it.each([
    ['HTML', { text: '<html>' }, 'SUBGRAPH_RESPONSE_INVALID'],
    ['an error status without a result', { status: 500, text: 'no' }, 'SUBGRAPH_HTTP_ERROR'],
    ['too few entities', { text: '{"data":{"_entities":[]}}' }, 'SUBGRAPH_RESPONSE_INVALID'],
    ['entities that are no list', { text: '{"data":{"_entities":5}}' }, 'SUBGRAPH_RESPONSE_INVALID'],
    [
      'far too much',
      { text: `{"data":{"_entities":["${'x'.repeat(200_000)}"]}}` },
      'SUBGRAPH_RESPONSE_TOO_LARGE',
    ],
  ])('and answers %s costs its own fields only', async (_name, answer, code) => {
    inventory().intercept = async () => answer;
    const result = await world.query(stock);
    expect(result.data).toMatchObject({
      topProducts: [
        { name: 'Table', inStock: null },
        { name: 'Couch', inStock: null },
      ],
    });
    expect(result.errors).toMatchObject([{ extensions: { code, service: 'inventory' } }]);
  });

  it('keeps the path and code of its own errors', async () => {
    inventory().intercept = async () => ({
      text: '{"data":{"_entities":[{"inStock":true},{"inStock":null}]},"errors":[{"message":"Cannot say","path":["_entities",1,"inStock"],"extensions":{"code":"STOCK_UNKNOWN"}}]}',
    });
    expect((await world.query(stock)).errors).toEqual([
      {
        message: 'Cannot say',
        path: ['topProducts', 1, 'inStock'],
        extensions: { code: 'STOCK_UNKNOWN', service: 'inventory' },
      },
    ]);
  });

  it('spares what was merged with the entities that it fails for', async () => {
    inventory().intercept = async ({ variables }) =>
      JSON.stringify(variables).includes('p2')
        ? { text: '{"data":null,"errors":[{"message":"No p2","path":["_entities"]}]}' }
        : undefined;
    const result = await world.query('{ topProducts { inStock } product(upc: "p1") { inStock } }');
    expect(result.data).toEqual({
      topProducts: [{ inStock: null }, { inStock: null }],
      product: { inStock: true },
    });
    expect(result.errors).toEqual([
      {
        message: 'No p2',
        path: ['topProducts'],
        extensions: { code: 'DOWNSTREAM_SERVICE_ERROR', service: 'inventory' },
      },
    ]);
  });
});

describe('a request that fails', () => {
  it('is tried again when it is a query', async () => {
    let tries = 0;
    users().intercept = async () => (++tries <= 2 ? bodies : undefined);
    expect((await world.query('{ me { name } }')).data).toEqual({ me: { name: 'Ada' } });
    expect(tries).toBe(3);
  });

  it('is not tried again when it is a mutation', async () => {
    let tries = 0;
    users().intercept = async () => (tries++, bodies);
    expect((await world.query('mutation { renameUser(id: "1", name: "x") { id } }')).errors).toMatchObject([
      { extensions: { code: 'SUBGRAPH_HTTP_ERROR' } },
    ]);
    expect(tries).toBe(1);
  });
});

describe('equal queries at the same moment', () => {
  /** Holds requests to users until they are released. */
  const hold = (): (() => void) => {
    let release!: () => void;
    const held = new Promise<undefined>((resolve) => (release = () => resolve(undefined)));
    users().intercept = () => held;
    return release;
  };

  it('run once', async () => {
    const release = hold();
    const { sharedRuns } = world.app.pipeline;
    const before = sharedRuns.joined;
    const asked = Array.from({ length: 20 }, () => world.query('{ me { name reviews { body } } }'));
    await until(() => sharedRuns.joined === before + 19, 'all of them to wait for one');
    release();
    const results = await Promise.all(asked);
    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
    expect(results[0]).toEqual({
      data: { me: { name: 'Ada', reviews: [{ body: 'Love it!' }, { body: 'Too expensive.' }] } },
    });
    expect(users().requests).toHaveLength(1);
  });

  it('share what they fetch when only that is equal, each with an answer of its own', async () => {
    const release = hold();
    const { subgraphs } = world.app.pipeline;
    const before = subgraphs.shared;
    const asked = ['{ me { id name } }', '{ me { id name } topProducts { name } }'].map((query) =>
      world.query(query),
    );
    await until(() => subgraphs.shared === before + 1, 'one to wait for the fetch of the other');
    release();
    for (const { data } of await Promise.all(asked))
      expect(data).toMatchObject({ me: { id: '1', name: 'Ada' } });
    expect(users().requests).toHaveLength(1);
  });

  it('do not share with what began before a mutation that has been answered since', async () => {
    const release = hold();
    const early = world.query('{ me { name } }');
    await until(() => users().requests.length === 1, 'the early query to be under way');
    users().intercept = undefined;
    await world.query('mutation { renameUser(id: "1", name: "x") { id } }');
    await world.query('{ me { name } }');
    expect(users().requests).toHaveLength(3);
    release();
    await early;
  });

  it('go on for those who stay when others leave, also the one that came first', async () => {
    const release = hold();
    const { sharedRuns } = world.app.pipeline;
    const before = sharedRuns.joined;
    const leaving = new AbortController();
    const left = world.fetch({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ users { id } }"}',
      signal: leaving.signal,
    });
    await until(() => users().requests.length === 1, 'the request');
    const stays = world.query('{ users { id } }');
    await until(() => sharedRuns.joined === before + 1, 'the other to wait for it too');
    leaving.abort();
    await expect(left).rejects.toThrow();
    release();
    expect((await stays).data).toEqual({ users: [{ id: '1' }, { id: '2' }] });
  });

  it('do not share when they are mutations', async () => {
    await Promise.all(
      Array.from({ length: 5 }, () => world.query('mutation { renameUser(id: "1", name: "x") { id } }')),
    );
    expect(users().requests).toHaveLength(5);
  });
});

describe('a client that leaves', () => {
  it('stops its fetches', async () => {
    const controller = new AbortController();
    let hasEnded = false;
    users().intercept = () => new Promise(() => undefined);
    const pending = world
      .fetch({
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"{ me { name } }"}',
        signal: controller.signal,
      })
      .catch(() => (hasEnded = true));
    await until(() => users().requests.length === 1, 'the request');
    controller.abort();
    await pending;
    expect(hasEnded).toBe(true);
    users().intercept = undefined;
    // A cancelled request is no failure of the subgraph.
    expect(world.app.pipeline.subgraphs.breakers().every(([, state]) => state === 'closed')).toBe(true);
  });
});

describe('a circuit breaker', () => {
  const options = { minFailures: 3, minSlow: 5, windowMs: 1_000, openMs: 500 };
  const make = () => {
    const clock = { now: 10_000 };
    return { clock, breaker: new CircuitBreaker(options, () => clock.now) };
  };

  it('opens when at least half fail, lets one through after a while, and closes when that succeeds', () => {
    const { clock, breaker } = make();
    for (let count = 0; count < 3; count++) {
      expect(breaker.allows()).toBe(true);
      breaker.failed();
    }
    expect(breaker.allows()).toBe(false);
    clock.now += 500;
    expect([breaker.allows(), breaker.allows()]).toEqual([true, false]);
    breaker.failed();
    expect(breaker.state).toBe('open');
    clock.now += 500;
    expect(breaker.allows()).toBe(true);
    breaker.succeeded();
    expect(breaker.state).toBe('closed');
  });

  it('stays closed while most succeed, and forgets failures of long ago', () => {
    const { clock, breaker } = make();
    for (let count = 0; count < 10; count++) breaker.succeeded();
    for (let count = 0; count < 9; count++) breaker.failed();
    expect(breaker.state).toBe('closed');
    clock.now += 1_000;
    breaker.failed();
    breaker.failed();
    clock.now += 1_000;
    breaker.failed();
    expect(breaker.state).toBe('closed');
  });

  it('opens when several in a row are slow, however long they lie apart; three leave it closed', () => {
    const { clock, breaker } = make();
    for (let count = 0; count < 3; count++) {
      breaker.slow();
      breaker.succeeded(true);
      clock.now += 10_000;
    }
    expect([breaker.state, breaker.allows()]).toEqual(['closed', true]);
    breaker.slow();
    expect(breaker.state).toBe('closed');
    breaker.slow();
    expect([breaker.state, breaker.allows()]).toEqual(['open', false]);
  });

  it('opens when at least half within its window are slow, not when fewer are', () => {
    const { breaker } = make();
    for (let count = 0; count < 4; count++) {
      breaker.slow();
      breaker.succeeded();
    }
    breaker.slow();
    expect(breaker.state).toBe('open');
    const { breaker: mostlyQuick } = make();
    for (let count = 0; count < 8; count++) {
      mostlyQuick.slow();
      mostlyQuick.succeeded();
      mostlyQuick.succeeded();
    }
    expect(mostlyQuick.state).toBe('closed');
  });

  it('that slow requests opened closes by an answer in good time only', () => {
    const { clock, breaker } = make();
    for (let count = 0; count < 5; count++) breaker.slow();
    // The slow answers arrive after all: no sign that the subgraph is back.
    for (let count = 0; count < 5; count++) breaker.succeeded(true);
    expect([breaker.state, breaker.allows()]).toEqual(['open', false]);
    clock.now += 500;
    expect([breaker.allows(), breaker.allows()]).toEqual([true, false]);
    breaker.slow();
    expect([breaker.state, breaker.allows()]).toEqual(['open', false]);
    clock.now += 500;
    expect(breaker.allows()).toBe(true);
    breaker.succeeded();
    expect(breaker.state).toBe('closed');
  });

  it('answers at once for a subgraph that is down, and asks it again when it may be back', async () => {
    const own = await startWorld(shop().definitions, {
      BREAKER_FAILURES: '3',
      BREAKER_OPEN_MS: '200',
      SUBGRAPH_RETRY_SHARE: '0',
    });
    await own.subgraphs['users']!.stop();
    const results: GraphQLResult[] = [];
    for (let count = 0; count < 5; count++) results.push(await own.query('{ me { name } }'));
    expect(results.map(({ errors }) => errors?.[0]?.extensions?.['code'])).toEqual([
      ...Array(3).fill('SUBGRAPH_UNREACHABLE'),
      ...Array(2).fill('SUBGRAPH_CIRCUIT_OPEN'),
    ]);
    await own.subgraphs['users']!.restart();
    await until(
      async () => (await own.query('{ me { name } }')).errors === undefined,
      'the subgraph to be used again',
    );
    await own.stop();
  });
});

describe('a retry budget', () => {
  it('allows its share of the requests sent, plus a small credit', () => {
    const budget = new RetryBudget(0.1, 5);
    const taken = Array.from({ length: 1_000 }, () => (budget.sent(), budget.take())).filter(Boolean).length;
    expect(taken).toBeGreaterThanOrEqual(100);
    expect(taken).toBeLessThanOrEqual(106);
    expect(new RetryBudget(0).take()).toBe(false);
  });
});

describe('answers', () => {
  it('may be cached as long as their shortest-lived part says, and not at all without a word', async () => {
    const response = await world.fetch({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: stock }),
    });
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('are compressed for who can read that', async () => {
    const query = `{ topProducts(first: 3) { ${Array.from({ length: 45 }, (_, index) => `a_long_alias_number_${index}: name`).join(' ')} } }`;
    const response = await world.fetch({
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-encoding': 'br' },
      body: JSON.stringify({ query }),
    });
    expect(response.headers.get('content-encoding')).toBe('br');
    expect(((await response.json()) as GraphQLResult).errors).toBeUndefined();
  });
});
