import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { followTheWalk } from './follow-the-walk.js';

const root = resolve(import.meta.dirname, '..', '..');
let copy: string;

/** This checkout in a folder of its own, with this one's packages. */
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'cartograph-new-subgraph-'));
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  });
  for (const file of listed.stdout.toString().split('\0')) {
    if (!file || !existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    copyFileSync(join(root, file), join(copy, file));
  }
  linkPackages('node_modules');
  for (const group of ['packages', 'subgraphs'])
    for (const name of readdirSync(join(copy, group))) linkPackages(join(group, name, 'node_modules'));
  const own = join(copy, 'node_modules', '@cartograph');
  mkdirSync(own);
  for (const group of ['packages', 'subgraphs'])
    for (const name of readdirSync(join(copy, group)))
      symlinkSync(join('..', '..', group, name), join(own, name));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

function linkPackages(folder: string): void {
  if (!existsSync(join(root, folder))) return;
  mkdirSync(join(copy, folder), { recursive: true });
  for (const name of readdirSync(join(root, folder)))
    if (name !== '@cartograph' && name !== '.cache')
      symlinkSync(join(root, folder, name), join(copy, folder, name));
}

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: copy,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
  });
  return { status, output: `${stdout}${stderr}` };
}

/** The same beside other work. */
async function runBeside(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, args, {
    cwd: copy,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, output };
}

/** The new subgraph's own, on the Postgres of this run: another would be started for these few. */
async function runTests() {
  const postgres = await (await fetch(`${process.env['CARTOGRAPH_TEST_BROKER']}/postgres`)).text();
  return runBeside(['scripts/test.mjs', 'subgraphs/reviews', '--colors=false', '--verbose'], {
    TEST_DATABASE_URL: postgres,
  });
}

const read = (file: string) => readFileSync(join(copy, file), 'utf8');

describe('npm run new:subgraph', () => {
  it.each([
    [[], 'Expected a plural of 3 to 20 small letters, like reviews; got nothing.'],
    [['Reviews'], 'Expected a plural of 3 to 20 small letters, like reviews; got "Reviews".'],
    [['../x'], 'Expected a plural'],
    [['feedback'], 'What is one of the feedback called? Say so with --entity'],
    [['cart', '--entity', 'thing'], 'subgraphs/cart exists already.'],
    [['people', '--entity', 'user'], 'The graph has a type User already'],
    [['categories', '--entity', 'drawer'], 'The graph has a query categories already'],
  ])('refuses %j and says why', (args, message) => {
    const { status, output } = run('scripts/new-subgraph.mjs', ...args);
    expect(output).toContain(message);
    expect(status).toBe(1);
  });

  it('makes a subgraph that composes, passes lint, builds and passes its tests', async () => {
    const { status, output } = run('scripts/new-subgraph.mjs', 'reviews');
    expect({ status, output }).toMatchObject({
      status: 0,
      output: expect.not.stringMatching(/Found no place|These name orders/),
    });
    expect(read('schema/api.graphql')).toContain('createReview(');
    expect(existsSync(join(copy, 'subgraphs/reviews/dist/main.js'))).toBe(true);

    const written = ['subgraphs/reviews', 'eslint.config.js'];
    const checks = [
      ['node_modules/eslint/bin/eslint.js', 'subgraphs/reviews'],
      ['node_modules/prettier/bin/prettier.cjs', '--check', ...written],
    ].map(async (check) => {
      const { output: said } = await runBeside(check);
      // Other parts may be under way in this checkout; only the new subgraph's faults count.
      expect([check[0], said.split('\n').filter((line) => line.includes('subgraphs/reviews'))]).toEqual([
        check[0],
        [],
      ]);
    });
    const [tests] = await Promise.all([runTests(), ...checks]);
    expect(tests.output).toMatch(/^Tests: +\d+ passed, \d+ total$/m);
    expect(tests.status).toBe(0);
  }, 300_000);

  it('becomes the reviews of docs/adding-a-subgraph.md, type-checked and tested, by what stands there', async () => {
    followTheWalk(copy);
    const ran = [run('scripts/compose.mjs'), run('scripts/codegen.mjs', 'subgraphs/reviews')];
    expect(ran.map(({ status, output }) => (status === 0 ? 'done' : output))).toEqual(['done', 'done']);
    expect(read('schema/api.graphql')).toContain('rating: ProductRating');
    const [types, tests] = await Promise.all([
      runBeside(['node_modules/typescript-7/bin/tsc', '--noEmit', '-p', 'tsconfig.json']),
      runTests(),
    ]);
    expect(types.output.split('\n').filter((line) => line.includes('subgraphs/reviews'))).toEqual([]);
    expect(tests.output).toContain('has the average of its ratings');
    expect(tests.status).toBe(0);
  }, 300_000);

  it('enters it wherever subgraphs are listed', () => {
    const compose = parseYaml(read('docker-compose.yml'), { merge: true });
    expect(compose.services.reviews).toMatchObject({
      image: 'cartograph/reviews:${VERSION:-latest}',
      depends_on: { 'reviews-migration': { condition: 'service_completed_successfully' } },
    });
    expect(compose.services['reviews-migration'].command).toEqual(['migrate']);
    expect(compose.services.gateway.depends_on.reviews).toEqual({ condition: 'service_healthy' });
    expect(compose.services.gateway.environment.SUBGRAPH_URLS).toMatch(
      /,reviews=http:\/\/reviews:4000\/graphql$/,
    );
    expect(compose.services.orders).toBeDefined();

    expect(parseYaml(read('k8s/base/kustomization.yaml')).resources).toContain('reviews');
    expect(parseYaml(read('k8s/base/reviews/kustomization.yaml')).namePrefix).toBe('reviews-');
    expect(parseYaml(read('k8s/base/migrations/reviews.yaml')).metadata.name).toBe('reviews-migration');
    expect(read('k8s/base/addresses.env')).toMatch(
      /^SUBGRAPH_URLS=.*,reviews=http:\/\/reviews-service:4000\/graphql$/m,
    );
    expect(read('k8s/overlays/local/kustomization.yaml')).toContain(
      'REVIEWS_DATABASE_URL=postgres://reviews:reviews@postgres',
    );
    for (const overlay of ['local/stores', 'production']) {
      const lists = read(`k8s/overlays/${overlay}/network.yaml`).match(/.*\borders, .*/g)!;
      expect(lists.length).toBeGreaterThan(2);
      expect(lists.filter((list) => !list.includes(', reviews]'))).toEqual([]);
    }
    expect(read('k8s/overlays/local/stores/kustomization.yaml')).toContain('REVIEWS_DB_PASSWORD=reviews,');
    const production = parseYaml(read('k8s/overlays/production/kustomization.yaml'));
    expect(production.secretGenerator).toContainEqual({
      name: 'reviews-stores',
      envs: ['secrets/reviews-stores.env'],
    });
    expect(production.images.map(({ name }: { name: string }) => name)).toContain(
      'ghcr.io/cartograph/reviews',
    );
    expect(read('k8s/overlays/local/stores/postgres-init.sh')).toBe(read('scripts/docker/postgres-init.sh'));
    expect(read('observability/prometheus/prometheus.yml')).toContain(', reviews]');
    for (const workflow of ['images', 'deploy'])
      expect(read(`.github/workflows/${workflow}.yml`)).toContain(', reviews]');
    expect(read('docker-bake.hcl')).toContain('"subgraphs/reviews",');
    expect(read('.env.example')).toMatch(/^REVIEWS_DB_PASSWORD=$/m);
    expect(read('packages/launcher/src/stack/services.ts')).toContain(`subgraph('reviews', 9,`);
    const lock = JSON.parse(read('package-lock.json'));
    expect(lock.packages['node_modules/@cartograph/reviews']).toEqual({
      resolved: 'subgraphs/reviews',
      link: true,
    });
  });

  it('leaves a lock file that npm ci accepts', () => {
    const npm = spawnSync('npm', ['ci', '--dry-run', '--offline', '--ignore-scripts'], {
      cwd: copy,
      encoding: 'utf8',
    });
    expect({ status: npm.status, said: npm.stderr }).toMatchObject({ status: 0 });
  });
});
