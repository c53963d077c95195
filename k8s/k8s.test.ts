import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { configurationFaults, environmentOf } from './testing/environment.js';
import { hardeningFaults } from './testing/hardening.js';
import { buildOverlay, type Manifest, overlays, root } from './testing/manifests.js';
import { referenceFaults } from './testing/references.js';
import { strictFaults } from './testing/strict.js';
import { type Workload, workloadsOf } from './testing/workloads.js';

const SERVICES = ['gateway', 'users', 'products', 'cart', 'orders', 'payments', 'notifications'];
const isOurs = ({ labels }: Workload) => labels['app.kubernetes.io/component'] !== 'store';

describe.each(overlays)('the overlay %s', (overlay) => {
  let manifests: Manifest[];
  let workloads: Workload[];

  beforeAll(() => {
    manifests = buildOverlay(overlay);
    workloads = workloadsOf(manifests);
  });

  const find = (kind: string, name: string) =>
    manifests.find((each) => each.kind === kind && each.metadata.name === name)!;

  it('holds nothing that the Kubernetes API does not know', () => {
    expect(manifests.flatMap(strictFaults)).toEqual([]);
  });

  it('puts everything into the one namespace, which enforces the restricted profile', () => {
    const others = manifests.filter(
      ({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== 'cartograph',
    );
    expect(others).toEqual([]);
    expect(find('Namespace', 'cartograph').metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
  });

  it('runs every container without root, read-only, limited and probed', () => {
    expect(workloads.flatMap(hardeningFaults)).toEqual([]);
  });

  it('names no pod, port, Secret, ConfigMap, Service or peer that is not there', () => {
    expect(referenceFaults(manifests)).toEqual([]);
  });

  it('gives every service a Deployment, a Service, an autoscaler from two pods, and a disruption budget', () => {
    for (const service of SERVICES) {
      expect(find('Deployment', `${service}-service`)).toBeDefined();
      expect(find('Service', `${service}-service`)).toBeDefined();
      expect(find('PodDisruptionBudget', `${service}-service`)).toBeDefined();
      expect(find('ServiceAccount', `${service}-service`)).toMatchObject({
        automountServiceAccountToken: false,
      });
      expect(find('HorizontalPodAutoscaler', `${service}-service`)).toMatchObject({
        spec: { minReplicas: 2 },
      });
    }
  });

  it('keeps each pod long enough for its drain', () => {
    for (const { kind, pod, labels } of workloads.filter(isOurs)) {
      if (kind !== 'Deployment') continue;
      expect(labels).toBeDefined();
      // preStop 5 s, then at most 10 s.
      expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(20);
    }
  });

  it('denies all traffic by default', () => {
    expect(find('NetworkPolicy', 'deny-all')['spec']).toEqual({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    });
  });

  it('holds the composed supergraph, under the limits of a ConfigMap and of an annotation', () => {
    const supergraph = find('ConfigMap', 'supergraph')['data'] as Record<string, string>;
    const committed = readFileSync(join(root, 'schema', 'supergraph.graphql'), 'utf8');
    expect(supergraph['supergraph.graphql']).toBe(committed);
    expect(Buffer.byteLength(committed)).toBeLessThan(250_000);
  });

  it('lets nothing but jobs migrate', () => {
    for (const workload of workloads.filter(isOurs)) {
      if (workload.kind === 'CronJob') continue;
      const isJob = workload.kind === 'Job';
      expect([workload.id, environmentOf(workload, manifests)['MIGRATE_ON_START']]).toEqual([
        workload.id,
        'false',
      ]);
      expect([workload.id, workload.containers[0]?.args]).toEqual([
        workload.id,
        isJob ? ['migrate'] : undefined,
      ]);
    }
  });

  it('gives every service and every migration an environment that the service itself accepts', () => {
    const services = workloads.filter((each) => isOurs(each) && each.kind !== 'CronJob');
    const environments = services.map((workload) => ({
      id: workload.id,
      service: workload.labels['app.kubernetes.io/name']!,
      env: environmentOf(workload, manifests),
    }));
    expect(configurationFaults(environments)).toEqual([]);
    const { INTERNAL_AUTH_SECRET: _left, ...without } = environments[0]!.env;
    expect(configurationFaults([{ ...environments[0]!, env: without }])).toEqual([
      expect.stringContaining('INTERNAL_AUTH_SECRET'),
    ]);
  }, 60_000);
});

describe('the production overlay', () => {
  it('names all images by digest, and holds no store', () => {
    const workloads = workloadsOf(buildOverlay('production'));
    expect(workloads.filter((each) => !isOurs(each))).toEqual([]);
    for (const { containers } of workloads)
      for (const { image } of containers)
        expect(image).toMatch(/^ghcr\.io\/cartograph\/[a-z]+@sha256:[0-9a-f]{64}$/);
  });
});

describe('the local overlay', () => {
  it('sets Postgres up with the same script as Compose', () => {
    const read = (path: string) => readFileSync(join(root, path), 'utf8');
    expect(read('k8s/overlays/local/stores/postgres-init.sh')).toBe(read('scripts/docker/postgres-init.sh'));
  });

  it('keeps each store open only to those who own data in it', () => {
    const manifests = buildOverlay('local');
    const callers = (store: string) => {
      const policy = manifests.find(
        ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === `${store}-in`,
      )!;
      return JSON.stringify(policy['spec']);
    };
    expect(callers('mongodb')).not.toMatch(/users|orders|cart|payments|gateway/);
    expect(callers('postgres')).not.toMatch(/products|cart|gateway/);
    expect(callers('rabbitmq')).not.toMatch(/gateway/);
  });
});

describe('the checks themselves', () => {
  let manifests: Manifest[];
  beforeAll(() => void (manifests = buildOverlay('local')));

  /** The manifests with one place changed: `Deployment/orders-service spec.template` and so on. */
  function mutate(kind: string, name: string, change: (manifest: never) => void): Manifest[] {
    const copy = structuredClone(manifests);
    change(copy.find((each) => each.kind === kind && each.metadata.name === name) as never);
    return copy;
  }

  it.each<[string, string, string, (manifest: { spec: Record<string, never> }) => void]>([
    ['a misspelt field', 'Deployment', 'orders-service', ({ spec }) => Object.assign(spec, { replica: 2 })],
    [
      'a field one level too high',
      'StatefulSet',
      'redis',
      ({ spec }) => Object.assign(spec['template']!, { containers: [] }),
    ],
    [
      'a number for a text',
      'PodDisruptionBudget',
      'cart-service',
      ({ spec }) => Object.assign(spec['selector']!, { matchLabels: { a: 1 } }),
    ],
    [
      'a text for a list',
      'NetworkPolicy',
      'deny-all',
      ({ spec }) => Object.assign(spec, { policyTypes: 'Egress' }),
    ],
    [
      'a missing field',
      'Service',
      'redis',
      ({ spec }) => Object.assign(spec, { ports: [{ name: 'redis' }] }),
    ],
  ])('find %s', (_what, kind, name, change) => {
    expect(mutate(kind, name, change as never).flatMap(strictFaults)).toHaveLength(1);
  });

  it.each<[string, string, string, (manifest: { spec: never }) => void]>([
    [
      'a selector that matches nothing',
      'Service',
      'users-service',
      ({ spec }) => Object.assign(spec, { selector: { a: 'b' } }),
    ],
    [
      'a policy about a pod that is not there',
      'NetworkPolicy',
      'mongodb-in',
      ({ spec }) => Object.assign(spec, { podSelector: { matchLabels: { a: 'mongo' } } }),
    ],
    [
      'a backend that is not there',
      'Ingress',
      'cartograph',
      ({ spec }) => {
        Object.assign(spec, { rules: [{ http: { paths: [{ backend: { service: { name: 'gate' } } }] } }] });
      },
    ],
  ])('find %s', (_what, kind, name, change) => {
    expect(referenceFaults(mutate(kind, name, change as never)).length).toBeGreaterThan(0);
  });
});
