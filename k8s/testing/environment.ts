import { execFileSync } from 'node:child_process';
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

/**
 * What the services themselves make of environments: each is read by the service's own config.ts.
 * @returns for each workload that would not start, its name and the message
 */
export function configurationFaults(
  environments: readonly { id: string; service: string; env: Record<string, string> }[],
): string[] {
  const readings = environments.map(({ id, service, env }) => {
    const folder = service === 'gateway' ? service : join('subgraphs', service);
    return { id, env, config: pathToFileURL(join(root, folder, 'dist', 'config.js')).href };
  });
  // One process for all: a query makes each import a reading of its own, as some look at the environment then.
  const script = `
    const faults = [];
    for (const [index, { id, env, config }] of ${JSON.stringify(readings)}.entries()) {
      for (const name of Object.keys(process.env)) delete process.env[name];
      Object.assign(process.env, env);
      const readers = await import(config + '?' + index);
      const [name] = Object.keys(readers).filter((each) => /^read(?!Command|Keys)\\w*Config$/.test(each));
      try { readers[name](); } catch (error) { faults.push(id + ': ' + error.message); }
    }
    process.stdout.write(JSON.stringify(faults));
  `;
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    cwd: root,
  });
  return JSON.parse(printed) as string[];
}
