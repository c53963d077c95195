import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from './testing/files.js';

const runbooks = readdirSync(join(root, 'docs', 'runbooks')).map((name) => ({
  name,
  text: readFileSync(join(root, 'docs', 'runbooks', name), 'utf8'),
}));
const filesIn = (folder: string, pattern: RegExp): string =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => pattern.test(file) && !file.includes('node_modules') && !file.includes('dist'))
    .map((file) => readFileSync(join(root, folder, file), 'utf8'))
    .join('\n');
const sources = ['gateway/src', 'packages', 'subgraphs'].map((folder) => filesIn(folder, /\.ts$/)).join('\n');
const dashboards = filesIn('observability/grafana/dashboards', /\.json$/);
const rules = filesIn('observability/prometheus/rules', /\.rules\.yml$/);

/** What pages contain that matches a pattern, each with its page. */
const named = (pattern: RegExp) =>
  runbooks.flatMap(({ name, text }) => [...text.matchAll(pattern)].map(([, what]) => `${name}: ${what}`));
const nameOf = (entry: string) => entry.slice(entry.indexOf(': ') + 2);
const missing = (pattern: RegExp, isThere: (what: string) => boolean) =>
  named(pattern).filter((entry) => !isThere(nameOf(entry)));

describe('runbooks', () => {
  it('name only alerts, metrics and variables that exist', () => {
    const alerts = runbooks.flatMap(({ name, text }) =>
      (/^Alerts: (.*)$/m.exec(text)?.[1] ?? '')
        .split(', ')
        .map((each) => `${name}: ${each.replaceAll('`', '')}`),
    );
    expect(alerts.filter((entry) => !rules.includes(`alert: ${nameOf(entry)}\n`))).toEqual([]);
    expect(missing(/`(cartograph_\w+)`/g, (metric) => sources.includes(`'${metric}'`))).toEqual([]);
    const isRead = (variable: string) => new RegExp(`\\b${variable}: (env|z|count|flag)`).test(sources);
    const isCode = (word: string) => sources.includes(`'${word}'`);
    expect(missing(/`([A-Z]+_[A-Z_]+)`/g, (word) => isRead(word) || isCode(word))).toEqual([]);
  });

  it('name only panels and log lines that exist', () => {
    expect(
      missing(/"([^"\n]+)"/g, (text) => dashboards.includes(`"${text}"`) || sources.includes(text)),
    ).toEqual([]);
  });

  it('name only commands, programs, pages and parts of the cluster that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
    expect(missing(/npm run ([\w:-]+)/g, (name) => name in scripts)).toEqual([]);
    const program = (path: string) =>
      existsSync(join(root, path.replace('dist/', 'src/').replace(/\.js$/, '.ts')));
    expect(missing(/node (?:\.\.\/\.\.\/)(packages\/\S+\.js)/g, program)).toEqual([]);
    expect(
      missing(/products node (dist\/\S+\.js)/g, (path) => program(`subgraphs/products/${path}`)),
    ).toEqual([]);
    expect(
      missing(/\]\(([\w./-]+\.md)\)/g, (path) => existsSync(join(root, 'docs', 'runbooks', path))),
    ).toEqual([]);
    expect(
      missing(/cronjob\/([\w-]+)/g, (name) => existsSync(join(root, 'k8s', 'base', `${name}.yaml`))),
    ).toEqual([]);
    expect(
      missing(/(?:deploy|deployment)\/([a-z]+)-service/g, (name) =>
        existsSync(join(root, 'k8s', 'base', name)),
      ),
    ).toEqual([]);
  });
});
