import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Subgraph } from '@cartograph/kit';

const folder = resolve(import.meta.dirname, '..', '..', '..', 'subgraphs');
const subgraphs = readdirSync(folder);

/** What every subgraph has in src/, and what it may have besides. */
const EVERYWHERE = [
  'app.ts',
  'config.ts',
  'context.ts',
  'domain',
  'events.ts',
  'generated',
  'main.ts',
  'metrics.ts',
  'resolvers',
  'store',
  'use-cases',
  'workers.ts',
];
const BESIDES = ['catalogue-file', 'channels', 'cli', 'clients', 'images', 'provider', 'routes.ts', 'sample'];

const load = (name: string, file: string): Promise<Record<string, unknown>> =>
  import(`${folder}/${name}/src/${file}`);
const below = (name: string, ...path: string[]) => readdirSync(resolve(folder, name, ...path)).sort();

describe.each(subgraphs)('the subgraph %s', (name) => {
  const Name = `${name[0]!.toUpperCase()}${name.slice(1)}`;

  it('has the files that all have', () => {
    const files = below(name, 'src');
    expect(EVERYWHERE.filter((file) => !files.includes(file))).toEqual([]);
    expect(files.filter((file) => ![...EVERYWHERE, ...BESIDES].includes(file))).toEqual([]);
    expect(below(name)).toEqual(
      expect.arrayContaining(['README.md', 'codegen.ts', 'schema.graphql', 'tests']),
    );
    expect(below(name, 'src', 'store')).toEqual(expect.arrayContaining(['database.ts', 'store.ts']));
  });

  it('begins with the same three lines', () => {
    expect(readFileSync(`${folder}/${name}/src/main.ts`, 'utf8')).toBe(
      `import { run } from '@cartograph/kit';\nimport { ${name} } from './app.js';\nawait run(${name});\n`,
    );
  });

  it('exports the same from each of them', async () => {
    expect(await load(name, 'config.ts')).toHaveProperty(`${name}Config.read`, expect.any(Function));
    expect(await load(name, 'store/database.ts')).toHaveProperty(
      `${name}Database.connect`,
      expect.any(Function),
    );
    for (const [file, factory] of [
      ['context.ts', 'createContext'],
      ['events.ts', 'createHandlers'],
      ['workers.ts', 'createWorkers'],
      ['metrics.ts', 'createGauges'],
      ['resolvers/index.ts', 'createResolvers'],
    ] as const)
      expect([file, typeof (await load(name, file))[factory]]).toEqual([file, 'function']);
    expect(typeof (await load(name, 'resolvers/index.ts'))['owners']).toBe('object');
    const context = readFileSync(`${folder}/${name}/src/context.ts`, 'utf8');
    expect(context).toMatch(new RegExp(`export (interface|type) ${Name}Context\\b`));
  });

  it('is defined without a fault, under its own name on the bus', async () => {
    const subgraph = (await load(name, 'app.ts'))[name] as Subgraph;
    expect(subgraph.name).toBe(name);
    expect(subgraph.database.faults).toEqual([]);
    expect(subgraph.config.variables).toEqual(expect.arrayContaining([...subgraph.database.variables]));
    const { CONSUMER } = await load(name, 'events.ts');
    expect(CONSUMER).toBe(name);
    if (subgraph.events) expect(subgraph.events.consumer).toBe(CONSUMER);
  });
});

it('is said of all subgraphs', () => {
  expect(subgraphs.length).toBeGreaterThanOrEqual(6);
});
