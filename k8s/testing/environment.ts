import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Manifest, root } from './manifests.js';
import type { Workload } from './workloads.js';

/** The environment that a workload's first container gets, from ConfigMaps, Secrets and its own entries. */
export function environmentOf(workload: Workload, manifests: readonly Manifest[]): Record<string, string> {
  const [container] = workload.containers;
  const dataOf = (kind: string, name: string | undefined) =>
    (manifests.find((each) => each.kind === kind && each.metadata.name === name)?.['data'] ?? {}) as Record<
      string,
      string
    >;
  const decode = (data: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    );
  return Object.assign(
    {},
    ...(container?.envFrom ?? []).map(({ configMapRef, secretRef }) =>
      configMapRef ? dataOf('ConfigMap', configMapRef.name) : decode(dataOf('Secret', secretRef?.name)),
    ),
    Object.fromEntries((container?.env ?? []).map(({ name, value = '' }) => [name, value])),
  ) as Record<string, string>;
}

/** Variables that Node and OpenTelemetry read. */
const OF_LIBRARIES = ['NODE_OPTIONS', 'OTEL_TRACES_SAMPLER', 'OTEL_TRACES_SAMPLER_ARG'];
/** Addresses of services, whether or not another service uses them today. */
const IS_ADDRESS = /^(USERS|PRODUCTS|CART|ORDERS|PAYMENTS|NOTIFICATIONS)_URL$/;

/** Variables that a workload receives and does not read, mostly misspelt ones. Variables that all receive must be read by some service. */
export function unreadVariables(workload: Workload, manifests: readonly Manifest[]): string[] {
  const [container] = workload.containers;
  const keysOf = (kind: string, name: string | undefined) =>
    Object.keys(manifests.find((each) => each.kind === kind && each.metadata.name === name)?.['data'] ?? {});
  const read = sourceOf(workload.labels['app.kubernetes.io/name']!);
  const readByAny = ['gateway', ...readdirSync(join(root, 'subgraphs'))].map(sourceOf).join('\n');
  const own = [
    ...(container?.env ?? []).map(({ name }) => name),
    ...(container?.envFrom ?? []).flatMap(({ secretRef }) => keysOf('Secret', secretRef?.name)),
  ];
  const shared = (container?.envFrom ?? []).flatMap(({ configMapRef }) =>
    keysOf('ConfigMap', configMapRef?.name),
  );
  const isRead = (name: string, source: string) =>
    OF_LIBRARIES.includes(name) || IS_ADDRESS.test(name) || new RegExp(`\\b${name}\\b`).test(source);
  return [
    ...own.filter((name) => !isRead(name, read)),
    ...shared.filter((name) => !isRead(name, readByAny)),
  ].map((name) => `${workload.id}: ${name} is not read`);
}

/** The text of the files that read a service's environment: its own, and those of the kit. */
const sourceOf = (service: string) =>
  [
    join(service === 'gateway' ? '' : 'subgraphs', service, 'src', 'config.ts'),
    join('packages', 'kit', 'src', 'config.ts'),
    join('packages', 'kit', 'src', 'frame', 'config.ts'),
  ]
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n');

/**
 * Reads each environment with the service's own config.ts.
 * @returns for each workload that would not start, its name and the message
 */
export function configurationFaults(
  environments: readonly { id: string; service: string; env: Record<string, string> }[],
): string[] {
  const readings = environments.map(({ id, service, env }) => {
    const folder = service === 'gateway' ? service : join('subgraphs', service);
    return { id, env, config: pathToFileURL(join(root, folder, 'dist', 'config.js')).href };
  });
  // One process for all: the query makes each import a separate module, because some read the environment when they load.
  const script = `
    const faults = [];
    for (const [index, { id, env, config }] of ${JSON.stringify(readings)}.entries()) {
      for (const name of Object.keys(process.env)) delete process.env[name];
      Object.assign(process.env, env);
      const module = await import(config + '?' + index);
      // A subgraph exports its definition, <name>Config; the gateway exports readGatewayConfig.
      const [name] = Object.keys(module).filter((each) => /^(?:read(?!Command|Keys)\\w*|[a-z]+)Config$/.test(each));
      try { (module[name].read ?? module[name])(); } catch (error) { faults.push(id + ': ' + error.message); }
    }
    process.stdout.write(JSON.stringify(faults));
  `;
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    cwd: root,
  });
  return JSON.parse(printed) as string[];
}
