import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..', '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

interface Entry {
  readonly license?: string;
  readonly link?: boolean;
}
const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Entry> };
/** Installed packages by name, with their licence; those for other systems are left out. */
const licences = new Map(
  Object.entries(packages)
    .filter(([path, { link }]) => /(^|\/)node_modules\//.test(path) && !link && existsSync(join(root, path)))
    .map(([path, { license }]) => [path.split('node_modules/').at(-1)!, license ?? 'none']),
);

/** Licences that ask for nothing but their notice. */
const PERMISSIVE =
  /^(MIT|MIT-0|ISC|0BSD|BSD-[23]-Clause|Apache-2\.0|BlueOak-1\.0\.0|Unlicense|CC0-1\.0|CC-BY-4\.0|Python-2\.0|PSF-2\.0)$/;
const isPermissive = (licence: string) =>
  licence
    .replaceAll(/[()]/g, '')
    .split(/ AND | OR /)
    .every((part) => PERMISSIVE.test(part));

const page = read('docs/licences.md');
const restricted = [...licences].filter(([, licence]) => licence === 'Elastic-2.0').map(([name]) => name);

describe('docs/licences.md', () => {
  it('lists every package under the Elastic License 2.0, and no other', () => {
    const listed = [...page.matchAll(/^\| `([^`]+)` +\|.*\|.*\|$/gm)].map(([, name]) => name!);
    expect(restricted.length).toBeGreaterThan(0);
    expect(listed.sort()).toEqual(restricted.sort());
  });

  it('mentions every other licence that is not permissive', () => {
    const others = [...licences].filter(([, licence]) => licence !== 'Elastic-2.0' && !isPermissive(licence));
    const unlisted = others.filter(([, licence]) => !new RegExp(`^\\| ${licence} `, 'm').test(page));
    expect(unlisted).toEqual([]);
  });

  it('belongs to a project whose own licence is the one that package.json names', () => {
    expect(JSON.parse(read('package.json'))).toMatchObject({ license: 'MIT' });
    expect(read('LICENSE')).toMatch(/^MIT License\n/);
  });

  it.each(['query-planner', 'query-graphs', 'federation-internals', 'composition', 'gateway'])(
    'states the limits that the licence of @apollo/%s has',
    (name) => {
      const licence = read(`node_modules/@apollo/${name}/LICENSE`).replaceAll(/\s+/g, ' ');
      expect(licence).toContain('Elastic License 2.0');
      expect(licence).toContain(
        'You may not provide the software to third parties as a hosted or managed service',
      );
    },
  );
});
