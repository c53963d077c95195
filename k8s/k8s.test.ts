import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { configurationFaults, environmentOf, unreadVariables } from './testing/environment.js';
import { hardeningFaults } from './testing/hardening.js';
import { buildOverlay, type Manifest, overlays, root } from './testing/manifests.js';
import { reachable } from './testing/reach.js';
import { referenceFaults } from './testing/references.js';
import { strictFaults } from './testing/strict.js';
import { neededWays, SERVICES } from './testing/ways.js';
import { type Workload, workloadsOf } from './testing/workloads.js';

const isOurs = ({ labels }: Workload) => labels['app.kubernetes.io/component'] !== 'store';

describe.each(overlays)('the overlay %s', (overlay) => {
  let manifests: readonly Manifest[];
  let workloads: Workload[];

  beforeAll(() => {
    manifests = buildOverlay(overlay);
    workloads = workloadsOf(manifests);
  });

  const find = (kind: string, name: string) =>
    manifests.find((each) => each.kind === kind && each.metadata.name === name)!;

  it('contains only what the Kubernetes API knows', () => {
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

  it('names no pod, port, Secret, ConfigMap, Service or peer that does not exist', () => {
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

  it('keeps each pod until it has drained: preStop, then the 10 s that every service takes at most', () => {
    const services = workloads.filter((each) => isOurs(each) && each.kind === 'Deployment');
    expect(services).toHaveLength(SERVICES.length);
    for (const workload of services) {
      const waitS = workload.containers[0]?.lifecycle?.preStop?.sleep?.seconds ?? 0;
      const drainDelayMs = Number(environmentOf(workload, manifests)['DRAIN_DELAY_MS']);
      expect([workload.id, waitS > 0, drainDelayMs > 0]).toEqual([workload.id, true, true]);
      // The services' limit for everything after SIGTERM, including the delay.
      expect(drainDelayMs).toBeLessThan(9_500);
      expect(workload.pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(waitS + 10);
    }
  });

  it('spreads the pods of a service over nodes', () => {
    for (const { id, pod } of workloads.filter((each) => isOurs(each) && each.kind === 'Deployment'))
      expect([id, pod.topologySpreadConstraints?.map(({ topologyKey }) => topologyKey)]).toEqual([
        id,
        ['kubernetes.io/hostname'],
      ]);
  });

  it('denies all traffic by default', () => {
    expect(find('NetworkPolicy', 'deny-all')['spec']).toEqual({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    });
  });

  it('lets each service reach those it needs, and no others', () => {
    expect(reachable(manifests)).toEqual(neededWays(overlay));
  });

  it('mounts the supergraph as a folder that follows the ConfigMap, whose name does not change', () => {
    const { pod, containers } = workloads.find(({ name }) => name === 'gateway-service')!;
    const volume = pod.volumes?.find(({ configMap }) => configMap?.name === 'supergraph');
    const mount = containers[0]!.volumeMounts?.find(({ name }) => name === volume?.name);
    expect(mount).toEqual({ name: volume?.name, mountPath: '/etc/cartograph', readOnly: true });
    const file = environmentOf(
      workloads.find(({ name }) => name === 'gateway-service')!,
      manifests,
    );
    expect(file['SUPERGRAPH_FILE']).toBe('/etc/cartograph/supergraph.graphql');
  });

  it('contains the composed supergraph, within the limits of a ConfigMap and an annotation', () => {
    const supergraph = find('ConfigMap', 'supergraph')['data'] as Record<string, string>;
    const committed = readFileSync(join(root, 'schema', 'supergraph.graphql'), 'utf8');
    expect(supergraph['supergraph.graphql']).toBe(committed);
    expect(Buffer.byteLength(committed)).toBeLessThan(250_000);
  });

  it('lets only Jobs migrate', () => {
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

  it('gives no service a variable that it does not read', () => {
    expect(workloads.filter(isOurs).flatMap((each) => unreadVariables(each, manifests))).toEqual([]);
  });

  it('scales every service by CPU at 70 %, and the gateway by its open streams as well', () => {
    for (const service of SERVICES) {
      const { metrics } = find('HorizontalPodAutoscaler', `${service}-service`)['spec'] as never as {
        metrics: { type: string; resource?: object; pods?: { metric: { name: string } } }[];
      };
      expect(metrics[0]?.resource).toEqual({
        name: 'cpu',
        target: { type: 'Utilization', averageUtilization: 70 },
      });
      expect(metrics.slice(1).map(({ pods }) => pods?.metric.name)).toEqual(
        service === 'gateway' ? ['cartograph_gateway_streams_open'] : [],
      );
    }
  });

  it('gives every service and every migration an environment that the service accepts', () => {
    const services = workloads.filter((each) => isOurs(each) && each.kind !== 'CronJob');
    const environments = services.map((workload) => ({
      id: workload.id,
      service: workload.labels['app.kubernetes.io/name']!,
      env: environmentOf(workload, manifests),
    }));
    const { INTERNAL_AUTH_SECRET: _left, ...without } = environments[0]!.env;
    const broken = { ...environments[0]!, id: 'without a secret', env: without };
    expect(configurationFaults([...environments, broken])).toEqual([
      expect.stringMatching(/^without a secret: .*INTERNAL_AUTH_SECRET/s),
    ]);
  }, 60_000);
});

describe('the production overlay', () => {
  it('names all images by digest, and contains no store', () => {
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
});
