import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type EnumTypeDefinitionNode, parse } from 'graphql';
import { DIFFERENCES } from '../../subgraphs/orders/src/domain/reconciliation.js';

const root = resolve(import.meta.dirname, '..', '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const below = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));

/** Values of enums, by the enum's name, in a schema. */
function enumsOf(file: string): readonly EnumTypeDefinitionNode[] {
  return parse(read(file)).definitions.filter((one) => one.kind === 'EnumTypeDefinition');
}
const valuesOf = (one: EnumTypeDefinitionNode) => (one.values ?? []).map(({ name }) => name.value);

const schemas = readdirSync(join(root, 'subgraphs')).map((name) => `subgraphs/${name}/schema.graphql`);
const enums = [...schemas, 'schema/api.graphql'].flatMap(enumsOf);
const refusals = new Set(enums.filter(({ name }) => name.value === 'ErrorCode').flatMap(valuesOf));
const otherValues = new Set(enums.filter(({ name }) => name.value !== 'ErrorCode').flatMap(valuesOf));

const sources = ['gateway/src', 'packages/kit/src', 'packages/events/src']
  .concat(readdirSync(join(root, 'subgraphs')).map((name) => `subgraphs/${name}/src`))
  .flatMap(below)
  .filter((file) => file.endsWith('.ts') && !/generated|\.test\.ts$/.test(file));
const settings = new Set(
  sources
    .filter((file) => file.endsWith('config.ts'))
    .flatMap((file) => [...read(file).matchAll(/\b[A-Z]+(?:_[A-Z\d]+)+\b/g)].map(([name]) => name)),
);
/** Written like codes, but they are names from other libraries, variables of the environment or values of a metric's label. */
const isOther = (text: string) =>
  /^(ERR|CSV|CARTOGRAPH|NODE|OTEL|npm)_/.test(text) || settings.has(text) || text in DIFFERENCES;

/** Codes and reasons that the services put into `extensions`: every string that is written like one. */
const thrown = new Set(
  sources
    .filter((file) => !file.endsWith('config.ts'))
    .flatMap((file) => {
      const text = read(file);
      const long = [...text.matchAll(/'([A-Z]+(?:_[A-Z]+)+)'/g)];
      const short = [
        ...text.matchAll(/(?:code: |code = |[Ff]ault\(\d+, |[Rr]efus\w+\((?:\d+, )?|Error\()'([A-Z]{4,})'/g),
      ];
      // The keys of tables that give each code its meaning.
      const keys = !/error|refusal/.test(file) ? [] : [...text.matchAll(/^ {2}([A-Z]+(?:_[A-Z]+)*):\s/gm)];
      return [...long, ...short, ...keys].map(([, code]) => code!);
    })
    .filter((code) => !otherValues.has(code) && !refusals.has(code) && !isOther(code)),
);
/** Everything written between quotes, to tell whether a code on the page still exists. */
const written = new Set(
  sources.flatMap((file) =>
    [...read(file).matchAll(/['"`]([A-Z_]{4,})['"`]|^ {2}([A-Z_]{4,}):/gm)].map(
      ([, one, two]) => one ?? two!,
    ),
  ),
);

const page = read('docs/errors.md');
const documented = new Set([...page.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, code]) => code!));

describe('docs/errors.md', () => {
  it('lists every refusal in the schemas', () => {
    expect(refusals.size).toBeGreaterThan(20);
    expect([...refusals].filter((code) => !documented.has(code))).toEqual([]);
  });

  it('lists every code that a service or the gateway puts into an error', () => {
    expect(thrown).toContain('SERVICE_UNAVAILABLE');
    expect(thrown).toContain('OVERLOADED');
    expect([...thrown].filter((code) => !documented.has(code))).toEqual([]);
  });

  it('lists no code that no longer exists', () => {
    expect([...documented].filter((code) => !refusals.has(code) && !written.has(code))).toEqual([]);
  });

  it('says of each code what it means and what to do', () => {
    const rows = [...page.matchAll(/^\| `([A-Z_]+)` +\|(.*)\|(.*)\|$/gm)];
    expect(rows).toHaveLength(documented.size);
    expect(rows.filter(([, , meaning, advice]) => !meaning!.trim() || !advice!.trim())).toEqual([]);
  });
});
