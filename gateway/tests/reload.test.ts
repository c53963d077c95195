import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { compose, type GraphQLResult, startWorld, type TestWorld, until } from './support/gateway.js';
import { killGateways, type RunningGateway, startGateway } from './support/process.js';
import { shop } from './support/shop.js';
import { startSubgraph, type TestSubgraph } from './support/subgraph.js';

let world: TestWorld;
let movedUsers: TestSubgraph;
let gateway: RunningGateway;
let url: string;
/** What the process serves; the world's own gateway goes on with another copy. */
let file: string;
let good: string;
beforeAll(async () => {
  world = await startWorld(shop().definitions);
  movedUsers = await startSubgraph(shop().definitions.find(({ name }) => name === 'users')!);
  file = `${world.file}.served`;
  copyFileSync(world.file, file);
  good = readFileSync(file, 'utf8');
  gateway = startGateway(['--supergraph', file, '--port', '0'], { SUPERGRAPH_POLL_MS: '50' });
  url = `http://127.0.0.1:${await gateway.port()}/graphql`;
});
afterAll(async () => {
  await killGateways();
  await movedUsers.stop();
  await world.stop();
});

const post = async (body: object) => {
  const response = await world.fetch({
    path: url,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, result: (await response.json()) as GraphQLResult };
};
const ask = (query: string) => post({ query });
const JOINED = '{ topProducts { name inStock reviews { author { name } } } }';

interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly reason?: string;
  readonly file?: string;
}
const logged = (message: string) =>
  gateway
    .output()
    .split('\n')
    .filter((line) => line.includes(`"${message}`))
    .map((line) => JSON.parse(line) as LogLine);

/** The shop's supergraph with one more field in users, so that each version differs. */
function version(name: string, usersUrl?: string, without?: string): string {
  const addition = parse(`extend type User { ${name}: Int }`).definitions;
  return compose(
    Object.values(world.subgraphs)
      .filter((one) => one.name !== without)
      .map((one) =>
        one.name === 'users'
          ? {
              name: one.name,
              url: usersUrl ?? one.url,
              typeDefs: {
                ...one.typeDefs,
                definitions: [...one.typeDefs.definitions, ...addition],
              },
            }
          : one,
      ),
  );
}

async function serve(sdl: string): Promise<void> {
  const before = logged('Supergraph loaded').length;
  writeFileSync(file, sdl);
  await until(() => logged('Supergraph loaded').length > before, 'the new version to be loaded', 30_000);
}
const fieldsOfUser = async () =>
  JSON.stringify((await ask('{ __type(name: "User") { fields { name } } }')).result.data);

describe('a supergraph that is replaced under load', () => {
  it('fails no request, whichever version answers it, also when a subgraph moves', async () => {
    const expected = (await ask(JOINED)).result;
    expect(expected.errors).toBeUndefined();
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
    for (const [name, usersUrl] of [['v1'], ['v2', movedUsers.url], ['v3']] as const) {
      await serve(version(name, usersUrl));
      const before = answered;
      await until(() => answered > before + 20, 'requests by the new version');
      expect(await fieldsOfUser()).toContain(`"${name}"`);
    }
    isOver = true;
    await Promise.all(load);
    expect(wrong).toEqual([]);
    expect(movedUsers.requests.length).toBeGreaterThan(0);
  }, 60_000);

  it('plans the operations in use before it serves the new version, so that no client waits', async () => {
    const named = { query: `query Named ${JOINED}`, operationName: 'Named' };
    const misses = async () =>
      /_cache_lookups_total\{.*result="miss".*\} (\d+)/.exec(
        await (await world.fetch({ path: new URL('/metrics', url).href })).text(),
      )![1];
    await post(named);
    await post({ query: named.query });
    const before = await misses();
    await serve(version('v3a'));
    await post(named);
    await post({ query: named.query });
    expect(await misses()).toBe(before);
  });

  it('lets an operation under way ask a subgraph that the new version does not have any more', async () => {
    const products = world.subgraphs['products']!;
    let goOn: (() => void) | undefined;
    products.intercept = () => new Promise((resolve) => (goOn = () => resolve(undefined)));
    const underWay = ask('{ topProducts { name inStock } }');
    await until(() => goOn !== undefined, 'the first fetch');
    products.intercept = undefined;
    await serve(version('v4', undefined, 'inventory'));
    expect((await ask('{ topProducts { inStock } }')).result.errors).toMatchObject([
      { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
    goOn!();
    expect((await underWay).result).toEqual({
      data: {
        topProducts: [
          { name: 'Table', inStock: true },
          { name: 'Couch', inStock: true },
        ],
      },
    });
    await serve(good);
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
    const before = logged('New supergraph refused').length;
    writeFileSync(file, text());
    // A file that is being written may be seen, and refused, while it is still empty.
    const refusal = () =>
      logged('New supergraph refused')
        .slice(before)
        .find((line) => reason.test(line.reason!));
    await until(() => refusal() !== undefined, 'the refusal with its reason');
    expect(refusal()).toMatchObject({ level: 'error', file });
    expect(refusal()!.reason).not.toMatch(/\n\s+at /);
    expect((await ask(JOINED)).result.errors).toBeUndefined();
    expect((await ask('{ me { name } }')).result).toEqual({ data: { me: { name: 'Ada' } } });
  });
});
