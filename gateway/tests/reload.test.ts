import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { compose, startWorld, type TestWorld, until } from './support/gateway.js';
import { killGateways, type RunningGateway, startGateway } from './support/process.js';
import { shop } from './support/shop.js';

let world: TestWorld;
let gateway: RunningGateway;
let url: string;
let good: string;
beforeEach(async () => {
  world = await startWorld(shop().definitions);
  good = readFileSync(world.file, 'utf8');
  gateway = startGateway(['--supergraph', world.file, '--port', '0'], { SUPERGRAPH_POLL_MS: '50' });
  url = `http://127.0.0.1:${await gateway.port()}/graphql`;
});
afterEach(async () => {
  await killGateways();
  await world.stop();
});

const ask = async (query: string) => {
  const response = await world.fetch({
    path: url,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, result: (await response.json()) as Record<string, unknown> };
};
const JOINED = '{ topProducts { name inStock reviews { author { name } } } }';
const loads = () => gateway.output().split('"Supergraph loaded"').length - 1;

/** The shop's supergraph with one more field in users, so that each version differs. */
function version(number: number): string {
  return compose(
    Object.values(world.subgraphs).map(({ name, typeDefs, url: address }) => ({
      name,
      url: address,
      typeDefs:
        name === 'users'
          ? {
              ...typeDefs,
              definitions: [
                ...typeDefs.definitions,
                ...parse(`extend type User { v${number}: Int }`).definitions,
              ],
            }
          : typeDefs,
    })),
  );
}

describe('a supergraph that is replaced under load', () => {
  it('fails no request, whichever version answers it', async () => {
    const expected = (await ask(JOINED)).result;
    expect(expected['errors']).toBeUndefined();
    let answered = 0;
    let isOver = false;
    const wrong: unknown[] = [];
    const load = Array.from({ length: 8 }, async () => {
      while (!isOver) {
        const { status, result } = await ask(JOINED);
        answered++;
        if (status !== 200 || JSON.stringify(result) !== JSON.stringify(expected))
          wrong.push([status, result]);
      }
    });
    for (let number = 1; number <= 3; number++) {
      const before = answered;
      writeFileSync(world.file, version(number));
      await until(() => loads() === number + 1, `version ${number} to be loaded`, 30_000);
      await until(() => answered > before + 20, 'requests by the new version');
      expect(await ask(`{ me { v${number} } }`)).toMatchObject({
        result: { data: { me: { name: undefined } } },
      });
    }
    isOver = true;
    await Promise.all(load);
    expect(wrong).toEqual([]);
  }, 60_000);
});

describe('a supergraph that cannot be served', () => {
  it.each([
    ['is no GraphQL', () => 'type {', /Syntax Error/],
    ['is no supergraph', () => 'type Query { a: Int }', /supergraph|core|link/i],
    ['is empty', () => ' ', /The file is empty/],
    ['contradicts itself', () => good.replace('type Query', 'type Qery'), /Query/],
    [
      'names an address that is none, behind subgraphs that moved',
      () =>
        good
          .replace(world.subgraphs['users']!.url, 'http://127.0.0.1:9/moved')
          .replace(world.subgraphs['orders']!.url, 'nowhere'),
      /"orders" has no routing URL that can be used: expected http:\/\/ or https:\/\/, got "nowhere"/,
    ],
  ])('is refused with the reason, and the one before serves on: it %s', async (_name, text, reason) => {
    writeFileSync(world.file, text());
    await until(() => gateway.output().includes('New supergraph refused'), 'the refusal');
    const line = gateway
      .output()
      .split('\n')
      .find((one) => one.includes('New supergraph refused'))!;
    expect((JSON.parse(line) as { reason: string }).reason).toMatch(reason);
    expect((await ask(JOINED)).result['errors']).toBeUndefined();
    expect((await ask('{ me { name } }')).result).toEqual({ data: { me: { name: 'Ada' } } });
    writeFileSync(world.file, good);
    await until(() => loads() === 2, 'the good one to be loaded again');
  });
});
