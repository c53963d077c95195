import { beforeAll, describe, expect, it } from '@jest/globals';
import type { V1Container, V1Deployment, V1NetworkPolicy, V1PodSpec } from '@kubernetes/client-node';
import { unreadVariables } from './testing/environment.js';
import { hardeningFaults } from './testing/hardening.js';
import { buildOverlay, type Manifest } from './testing/manifests.js';
import { reachable } from './testing/reach.js';
import { referenceFaults } from './testing/references.js';
import { strictFaults } from './testing/strict.js';
import { workloadsOf } from './testing/workloads.js';

/** The name without the hash that kustomize adds. */
const nameOf = ({ metadata }: Manifest) => metadata.name.replace(/-[a-z0-9]{10}$/, '');

describe('the checks of manifests', () => {
  let manifests: readonly Manifest[];
  beforeAll(() => void (manifests = buildOverlay('local')));

  /** The manifests with one place changed: `Deployment/orders-service spec.template` and so on. */
  function mutate(kind: string, name: string, change: (manifest: never) => void): Manifest[] {
    const copy = [...structuredClone(manifests)];
    change(copy.find((each) => each.kind === kind && nameOf(each) === name) as never);
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

  const renamed = (manifest: object) => {
    (manifest as { metadata: { name: string } }).metadata.name = 'another';
  };

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
    ['a Secret that is not there', 'Secret', 'postgres', (secret) => renamed(secret)],
    ['a ConfigMap that is not there', 'ConfigMap', 'supergraph', (map) => renamed(map)],
    ['a ServiceAccount that is not there', 'ServiceAccount', 'cart-service', (account) => renamed(account)],
    [
      'a port that is not there',
      'Service',
      'cart-service',
      ({ spec }) => Object.assign(spec, { ports: [{ name: 'http', port: 4000, targetPort: 'web' }] }),
    ],
    [
      'a peer that is not there',
      'NetworkPolicy',
      'orders-out',
      ({ spec }) => Object.assign(spec, { egress: [{ to: [{ podSelector: { matchLabels: { a: 'b' } } }] }] }),
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

  it.each<[string, (container: V1Container, pod: V1PodSpec) => void]>([
    ['a missing limit', ({ resources }) => delete resources!.limits!['memory']],
    ['a missing request', ({ resources }) => delete resources!.requests!['cpu']],
    [
      'a root that can be written to',
      ({ securityContext }) => delete securityContext!.readOnlyRootFilesystem,
    ],
    ['a pod that runs as root', (_container, { securityContext }) => (securityContext!.runAsUser = 0)],
    ['a pod that may run as root', (_container, { securityContext }) => delete securityContext!.runAsNonRoot],
    ['a capability', ({ securityContext }) => (securityContext!.capabilities!.add = ['NET_ADMIN'])],
    ['privileges', ({ securityContext }) => (securityContext!.allowPrivilegeEscalation = true)],
    ['a token', (_container, pod) => delete pod.automountServiceAccountToken],
    ['a missing probe', (container) => delete container.readinessProbe],
    [
      'a probe of a port that is not there',
      ({ livenessProbe }) => (livenessProbe!.httpGet!.port = 'metrics'),
    ],
    ['a file that never changes', ({ volumeMounts }) => (volumeMounts![0]!.subPath = 'a')],
    ['a volume without a limit', (_container, { volumes }) => (volumes![0]!.emptyDir = {})],
  ])('find %s', (_what, change) => {
    const changed = mutate('Deployment', 'orders-service', ((manifest: V1Deployment) => {
      const pod = manifest.spec!.template.spec!;
      change(pod.containers[0]!, pod);
    }) as never);
    expect(workloadsOf(changed).flatMap(hardeningFaults)).toHaveLength(1);
  });

  it('find a network path that no service needs, and one that is missing', () => {
    const open = mutate('NetworkPolicy', 'deny-all', ((policy: V1NetworkPolicy) => {
      policy.spec!.egress = [{ to: [{ podSelector: {} }] }];
    }) as never);
    expect(reachable(open).length).toBe(reachable(manifests).length);
    const both = open.map((each) =>
      each.metadata.name === 'mongodb-in'
        ? { ...each, spec: { ...(each['spec'] as object), ingress: [{ from: [{ podSelector: {} }] }] } }
        : each,
    );
    expect(reachable(both)).toContain('payments → mongodb:mongodb');
    const closed = manifests.filter(({ metadata }) => metadata.name !== 'cart-in');
    expect(reachable(closed)).not.toContain('orders → cart:http');
  });

  it('find a misspelt variable', () => {
    const changed = mutate('Deployment', 'orders-service', ((manifest: V1Deployment) => {
      manifest.spec!.template.spec!.containers[0]!.env!.push({ name: 'DRAIN_DELAY', value: '1' });
    }) as never);
    const orders = workloadsOf(changed).find(({ name }) => name === 'orders-service')!;
    expect(unreadVariables(orders, changed)).toEqual(['Deployment/orders-service: DRAIN_DELAY is not read']);
  });
});
