import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const folder = join(dirname(fileURLToPath(import.meta.url)), '..');
export const root = join(folder, '..');

export interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: { readonly severity?: string };
  readonly annotations?: { readonly summary?: string; readonly runbook_url?: string };
}

export function readRules(): Rule[] {
  const file = join(folder, 'prometheus', 'rules', 'cartograph.rules.yml');
  const { groups } = parse(readFileSync(file, 'utf8')) as { groups: { rules: Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

export interface Query {
  readonly where: string;
  readonly expression: string;
  readonly legend: string;
}

/** Every Prometheus query of every dashboard. */
export function readQueries(): Query[] {
  const dashboards = join(folder, 'grafana', 'dashboards');
  return readdirSync(dashboards).flatMap((file) => {
    const { panels } = JSON.parse(readFileSync(join(dashboards, file), 'utf8')) as {
      panels: {
        title: string;
        targets?: { expr: string; legendFormat: string; datasource: { type: string } }[];
      }[];
    };
    return panels.flatMap(({ title, targets = [] }) =>
      targets
        .filter(({ datasource }) => datasource.type === 'prometheus')
        .map(({ expr, legendFormat }) => ({
          where: `${file}, ${title}`,
          expression: expr,
          legend: legendFormat,
        })),
    );
  });
}

/** What a metric is and which labels its series carry. */
export interface Metric {
  readonly type: string;
  readonly labels: ReadonlySet<string>;
}

/** What exporters.yml says about metrics that our services do not export. */
export function readExporters(): Map<string, Metric> {
  const sources = parse(readFileSync(join(folder, 'exporters.yml'), 'utf8')) as {
    metrics: Record<string, { type: string; labels: string[] }>;
  }[];
  return new Map(
    sources
      .flatMap(({ metrics }) => Object.entries(metrics))
      .map(([name, { type, labels }]) => [name, { type, labels: new Set(labels) }]),
  );
}
