import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { folder, readRules, root } from './testing/files.js';

const prometheus = join(folder, 'prometheus');
const rules = join(prometheus, 'rules', 'cartograph.rules.yml');
const cases = join(prometheus, 'rules', 'cartograph.tests.yml');

function promtool(...args: string[]): string {
  try {
    return execFileSync('promtool', args, { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { code, stdout, stderr } = error as NodeJS.ErrnoException & { stdout?: string; stderr?: string };
    if (code === 'ENOENT')
      throw new Error('promtool is needed and is not on the PATH: apt-get install prometheus', {
        cause: error,
      });
    throw new Error(`promtool ${args.join(' ')}\n${stdout}${stderr}`, { cause: error });
  }
}

const alerts = readRules().filter(({ alert }) => alert !== undefined);

describe('the alert rules', () => {
  it('pass promtool, with the configuration that loads them', () => {
    expect(promtool('check', 'config', '--lint-fatal', join(prometheus, 'prometheus.yml'))).toContain(
      'SUCCESS',
    );
    expect(promtool('check', 'rules', '--lint-fatal', rules)).toContain('SUCCESS');
  });

  it('fire when they should, and only then', () => {
    expect(promtool('test', 'rules', cases)).toContain('SUCCESS');
  });

  it('each have a case that makes them fire', () => {
    const { tests } = parse(readFileSync(cases, 'utf8')) as {
      tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
    };
    const fired = tests
      .flatMap((test) => test.alert_rule_test)
      .filter(({ exp_alerts }) => exp_alerts.length > 0)
      .map(({ alertname }) => alertname);
    expect([...new Set(fired)].sort()).toEqual(alerts.map(({ alert }) => alert).sort());
  });

  it('each say what is wrong, how urgent it is, and lead to a runbook that exists', () => {
    for (const { alert, labels, annotations } of alerts) {
      expect([alert, labels?.severity]).toEqual([alert, expect.stringMatching(/^(page|ticket)$/)]);
      expect([alert, annotations?.summary]).toEqual([alert, expect.any(String)]);
      const runbook = /\/blob\/main\/(docs\/runbooks\/[\w-]+\.md)$/.exec(annotations?.runbook_url ?? '')?.[1];
      expect([alert, runbook && existsSync(join(root, runbook))]).toEqual([alert, true]);
      expect(readFileSync(join(root, runbook!), 'utf8')).toContain(alert);
    }
  });
});

describe('the dashboards', () => {
  it('are what npm run dashboards writes', () => {
    execFileSync(process.execPath, [join(folder, 'grafana', 'build.mjs'), '--check'], { stdio: 'pipe' });
  });
});
