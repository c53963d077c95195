import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type GraphQLResult, startWorld, type TestWorld, until } from './support/gateway.js';
import { shop } from './support/shop.js';

let world: TestWorld;
beforeEach(async () => {
  world = await startWorld(shop().definitions, {
    SUBGRAPH_TIMEOUT_MS: '20000',
    SUBGRAPH_DEDUPE: 'false',
    BREAKER_SLOW_MS: '200',
    BREAKER_SLOW_REQUESTS: '4',
    BREAKER_OPEN_MS: '300',
  });
});
afterEach(() => world.stop());

const users = () => world.subgraphs['users']!;
const state = () => world.app.pipeline.subgraphs.breakers().find(([name]) => name === 'users')![1];
const ask = () => world.query('{ me { name } }');
const codeOf = ({ errors }: GraphQLResult) => errors?.[0]?.extensions?.['code'];

describe('a subgraph that takes requests and does not answer', () => {
  it('is left alone long before its time limit, whether it is asked at once or one by one, and asked again later', async () => {
    let thaw = (): void => undefined;
    const frozen = new Promise<undefined>((resolve) => (thaw = () => resolve(undefined)));
    users().intercept = () => frozen;
    const waiting = [ask(), ask(), ask()];
    await until(() => users().requests.length === 3, 'three requests');
    waiting.push(ask());
    await until(() => state() === 'open', 'the breaker to open');
    const seen = users().requests.length;
    expect(codeOf(await ask())).toBe('SUBGRAPH_CIRCUIT_OPEN');
    // Others are not touched by it.
    expect(await world.query('{ topProducts { name } }')).toMatchObject({ data: { topProducts: [{}, {}] } });
    expect(users().requests.length).toBe(seen);
    // One request at a time looks whether it is back; being slow, too, it opens the breaker again.
    await until(() => {
      if (users().requests.length > seen) return true;
      waiting.push(ask());
      return false;
    }, 'a probe');
    expect(users().requests.length).toBe(seen + 1);
    expect(codeOf(await ask())).toBe('SUBGRAPH_CIRCUIT_OPEN');
    await until(() => state() === 'open', 'the breaker to open again');
    users().intercept = undefined;
    await until(async () => (await ask()).errors === undefined, 'the subgraph to be asked again');
    expect(state()).toBe('closed');
    thaw();
    for (const { data } of await Promise.all(waiting))
      expect([null, { name: 'Ada' }]).toContainEqual(data!['me']);
  });

  it('is still asked while most of its answers come in time', async () => {
    let asked = 0;
    users().intercept = async () => {
      if (++asked % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 250));
      return undefined;
    };
    for (let n = 0; n < 18; n++) expect(await ask()).toEqual({ data: { me: { name: 'Ada' } } });
    expect(state()).toBe('closed');
  });
});
