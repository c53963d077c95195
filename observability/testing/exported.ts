import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Metric, root } from './files.js';

/** Reads a response of `/metrics`; the parts of a histogram are separate counters. */
export function readMetrics(text: string, metrics: Map<string, Metric> = new Map()): Map<string, Metric> {
  for (const line of text.split('\n')) {
    const [, name, type] = /^# TYPE (\S+) (\S+)/.exec(line) ?? [];
    if (name && type) {
      const names = type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name];
      for (const each of names)
        if (!metrics.has(each))
          metrics.set(each, { type: type === 'histogram' ? 'counter' : type, labels: new Set() });
      continue;
    }
    const [, series, labels = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? /.exec(line) ?? [];
    const known = metrics.get(series ?? '')?.labels as Set<string> | undefined;
    for (const [, label] of labels.matchAll(/(\w+)="/g)) known?.add(label!);
  }
  return metrics;
}

/** The labels that a metric is declared with. What has not happened yet, such as a dead letter, has no series to read them from. */
export function declaredLabels(metric: string): string[] {
  const name = metric.replace(/_(bucket|sum|count)$/, '');
  // Either in place, or in a `labelNames` constant for several metrics of one file.
  const declaration = new RegExp(`name: '${name}',[^}]*?labelNames(?:: \\[([^\\]]*)\\])?`);
  for (const source of sources()) {
    const found = declaration.exec(source);
    if (!found) continue;
    const names = found[1] ?? /const labelNames = \[([^\]]*)\]/.exec(source)?.[1] ?? '';
    return [...names.matchAll(/\w+/g)].map(([label]) => label);
  }
  return [];
}

let read: string[] | undefined;

/** Our source files that declare metrics. */
function sources(): string[] {
  const folders = [
    'gateway/src',
    'packages/kit/src',
    'packages/events/src',
    ...readdirSync(join(root, 'subgraphs')).map((name) => `subgraphs/${name}/src`),
  ];
  read ??= folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(join(root, folder, file), 'utf8'))
      .filter((text) => text.includes('cartograph_')),
  );
  return read;
}
