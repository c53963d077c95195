import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { hasProgram } from '@cartograph/testing';
import { parse } from 'yaml';
import { folder, readRules, root } from './testing/files.js';

const prometheus = join(folder, 'prometheus');
const rules = join(prometheus, 'rules', 'cartograph.rules.yml');
const cases = join(prometheus, 'rules', 'cartograph.tests.yml');

function promtool(...args: string[]): string {
  try {
    return execFileSync('promtool', args, { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`promtool ${args.join(' ')}\n${stdout}${stderr}`, { cause: error });
  }
}

const itWithPromtool = hasProgram('promtool', 'apt-get install prometheus', 'Checks of alert rules')
  ? it
  : it.skip;
const alerts = readRules().filter(({ alert }) => alert !== undefined);

describe('the alert rules', () => {
  itWithPromtool('pass promtool, with the configurations that load them', () => {
    expect(promtool('check', 'config', '--lint-fatal', join(prometheus, 'prometheus.yml'))).toContain(
      'SUCCESS',
    );
    // Debian's promtool is built without Kubernetes, so another kind of discovery replaces it.
    const draft = join(prometheus, `.checked-${process.pid}.yml`);
    const text = readFileSync(join(prometheus, 'kubernetes.yml'), 'utf8');
    writeFileSync(
      draft,
      text.replace(/kubernetes_sd_configs:\n.*\n.*/, 'static_configs: [{ targets: ["a:1"] }]'),
    );
    try {
      expect(promtool('check', 'config', '--lint-fatal', draft)).toContain('SUCCESS');
    } finally {
      rmSync(draft);
    }
    expect(promtool('check', 'rules', '--lint-fatal', rules)).toContain('SUCCESS');
  });

  it('use labels that pods in Kubernetes carry', () => {
    const { metadata } = (
      parse(readFileSync(join(root, 'k8s', 'base', 'service', 'deployment.yaml'), 'utf8')) as {
        spec: { template: { metadata: { annotations: object } } };
      }
    ).spec.template;
    const carried = Object.keys(metadata.annotations).map((name) => name.replaceAll(/\W/g, '_'));
    const text = readFileSync(join(prometheus, 'kubernetes.yml'), 'utf8');
    const asked = [...text.matchAll(/__meta_kubernetes_pod_annotation_(\w+)/g)].map(([, name]) => name);
    expect(asked.sort()).toEqual(carried.sort());
    expect(text).toContain('__meta_kubernetes_pod_label_app_kubernetes_io_name');
  });

  itWithPromtool('fire when they should, and only then', () => {
    expect(promtool('test', 'rules', cases)).toContain('SUCCESS');
  });

  it.each([
    ['makes them fire', (count: number) => count > 0],
    ['just does not', (count: number) => count === 0],
  ])('each have a case that %s', (_what, isMeant) => {
    const { tests } = parse(readFileSync(cases, 'utf8')) as {
      tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
    };
    const named = tests
      .flatMap((test) => test.alert_rule_test)
      .filter(({ exp_alerts }) => isMeant(exp_alerts.length))
      .map(({ alertname }) => alertname);
    expect([...new Set(named)].sort()).toEqual(alerts.map(({ alert }) => alert).sort());
  });

  it('each say what is wrong and how urgent it is, and link to a runbook that exists', () => {
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
  it('are what node observability/grafana/build.mjs writes', () => {
    execFileSync(process.execPath, [join(folder, 'grafana', 'build.mjs'), '--check'], { stdio: 'pipe' });
  });
});
