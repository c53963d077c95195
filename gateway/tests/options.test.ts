import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { OPTIONS, readGatewayConfig } from '../src/config.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const rows = readme
  .slice(readme.indexOf('## Options'), readme.indexOf('## What clients'))
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()));
const documented = new Map(
  rows.flatMap(([, names = '', defaults = '']) => {
    const values = defaults.split(/, (?=[^,]*$)|, /);
    return [...names.matchAll(/`([A-Z0-9_]+)`/g)].map(
      ([, name], index) => [name!, values[index] ?? ''] as const,
    );
  }),
);

describe('the options in the README', () => {
  it('are those there are, each once', () => {
    expect([...documented.keys()].sort()).toEqual([...OPTIONS].sort());
    expect(documented.size).toBe(rows.flatMap(([, names = '']) => [...names.matchAll(/`/g)]).length / 2);
  });

  it('have the defaults that it says', () => {
    const config = readGatewayConfig([], {}) as unknown as Record<string, unknown>;
    for (const [name, text] of documented) {
      const said = text.replace('*', '');
      const actual = config[name];
      if (/^\d+ MiB$/.test(said)) expect([name, actual]).toEqual([name, parseInt(said, 10) * 1024 * 1024]);
      else if (/^\d+$/.test(said)) expect([name, actual]).toEqual([name, Number(said)]);
      else if (/^(true|false)$/.test(said)) expect([name, actual]).toEqual([name, said === 'true']);
      else if (said !== '' && typeof actual === 'string' && !/ /.test(said))
        expect([name, actual]).toEqual([name, said]);
    }
  });
});
