import type {
  V1Ingress,
  V1LabelSelector,
  V1NetworkPolicy,
  V1NetworkPolicyPeer,
  V1NetworkPolicyPort,
  V1PodDisruptionBudget,
  V1Service,
  V2HorizontalPodAutoscaler,
} from '@kubernetes/client-node';
import type { Manifest } from './manifests.js';
import { isJob, selects, type Workload, workloadsOf } from './workloads.js';

/** Namespaces of the cluster; k8s/README.md says what runs there. */
const OTHER_NAMESPACES = ['kube-system', 'ingress-nginx', 'monitoring'];
/** Secrets that something in the cluster creates. */
const MADE_IN_CLUSTER = ['cartograph-tls'];

type SpecOf<T extends { spec?: unknown }> = NonNullable<T['spec']>;

/** Everything that a manifest names and that does not exist (pods, ports, Secrets, ConfigMaps, Services, peers) or exists twice. */
export function referenceFaults(manifests: readonly Manifest[]): string[] {
  const workloads = workloadsOf(manifests);
  const has = (kind: string, name: string | undefined) =>
    manifests.some((each) => each.kind === kind && each.metadata.name === name);
  const ofKind = <T extends { spec?: unknown }>(kind: string) =>
    manifests
      .filter((each) => each.kind === kind)
      .map((each) => ({ id: `${kind}/${each.metadata.name}`, spec: each['spec'] as SpecOf<T> }));

  return [
    ...workloads.flatMap((workload) => workloadFaults(workload, has)),
    ...ofKind<V1Service>('Service').flatMap(({ id, spec }) => {
      const pods = workloads.filter(
        (each) => !isJob(each) && selects({ matchLabels: spec.selector ?? {} }, each.labels),
      );
      if (!spec.selector || pods.length !== 1) return [`${id}: selects ${pods.length} workloads, not one`];
      return (spec.ports ?? [])
        .filter(({ targetPort, port }) => !hasPort(pods[0]!, targetPort ?? port))
        .map(({ targetPort }) => `${id}: ${pods[0]!.id} has no port ${targetPort}`);
    }),
    ...ofKind<V1Ingress>('Ingress').flatMap(({ id, spec }) => [
      ...(spec.rules ?? [])
        .flatMap((rule) => rule.http?.paths ?? [])
        .flatMap(({ backend: { service } }) => {
          const found = ofKind<V1Service>('Service').find((each) => each.id === `Service/${service?.name}`);
          if (!found) return [`${id}: no Service ${service?.name}`];
          const { port } = service!;
          return found.spec.ports?.some((each) => each.name === port?.name || each.port === port?.number)
            ? []
            : [`${id}: Service ${service?.name} has no port ${port?.name ?? port?.number}`];
        }),
      ...(spec.tls ?? [])
        .filter(({ secretName }) => !has('Secret', secretName) && !MADE_IN_CLUSTER.includes(secretName ?? ''))
        .map(({ secretName }) => `${id}: no Secret ${secretName}`),
    ]),
    ...ofKind<V2HorizontalPodAutoscaler>('HorizontalPodAutoscaler')
      .filter(({ spec }) => !has(spec.scaleTargetRef.kind, spec.scaleTargetRef.name))
      .map(({ id, spec }) => `${id}: no ${spec.scaleTargetRef.kind} ${spec.scaleTargetRef.name}`),
    ...ofKind<V1PodDisruptionBudget>('PodDisruptionBudget')
      .filter(({ spec }) => matching(workloads, spec.selector).length !== 1)
      .map(({ id }) => `${id}: selects no workload, or several`),
    ...ofKind<V1NetworkPolicy>('NetworkPolicy').flatMap(({ id, spec }) => networkFaults(id, spec, workloads)),
  ];
}

function workloadFaults(workload: Workload, has: (kind: string, name?: string) => boolean): string[] {
  const { id, selector, labels, pod, containers, claims } = workload;
  const faults: string[] = [];
  const demand = (isThere: boolean, what: string) => {
    if (!isThere) faults.push(`${id}: ${what}`);
  };
  if (selector) demand(selects(selector, labels), 'its selector does not take in its own pods');
  if (selector) demand(Object.keys(selector.matchLabels ?? {}).length > 0, 'its selector is empty');
  if (pod.serviceAccountName)
    demand(has('ServiceAccount', pod.serviceAccountName), `no ServiceAccount ${pod.serviceAccountName}`);
  for (const { topologyKey, labelSelector } of pod.topologySpreadConstraints ?? [])
    demand(selects(labelSelector, labels), `the spread over ${topologyKey} does not take in its own pods`);
  for (const volume of pod.volumes ?? []) {
    if (volume.configMap)
      demand(has('ConfigMap', volume.configMap.name), `no ConfigMap ${volume.configMap.name}`);
    if (volume.secret)
      demand(has('Secret', volume.secret.secretName), `no Secret ${volume.secret.secretName}`);
  }
  const volumes = new Set([...claims, ...(pod.volumes ?? []).map(({ name }) => name)]);
  for (const container of containers) {
    for (const { name } of container.volumeMounts ?? []) demand(volumes.has(name), `no volume ${name}`);
    const names = (container.env ?? []).map(({ name }) => name);
    demand(new Set(names).size === names.length, `${container.name} is given a variable twice`);
    for (const { configMapRef, secretRef } of container.envFrom ?? []) {
      if (configMapRef) demand(has('ConfigMap', configMapRef.name), `no ConfigMap ${configMapRef.name}`);
      if (secretRef) demand(has('Secret', secretRef.name), `no Secret ${secretRef.name}`);
    }
  }
  return faults;
}

const matching = (workloads: readonly Workload[], selector: V1LabelSelector | undefined) =>
  workloads.filter(({ labels }) => selects(selector, labels));

const hasPort = ({ containers }: Workload, port: unknown) =>
  containers.some(({ ports = [] }) =>
    ports.some((each) => each.name === port || each.containerPort === port),
  );

function networkFaults(id: string, spec: SpecOf<V1NetworkPolicy>, workloads: readonly Workload[]): string[] {
  const faults: string[] = [];
  const own = matching(workloads, spec.podSelector);
  if (own.length === 0) faults.push(`${id}: is about no pod`);
  faults.push(...unusedValues(id, spec.podSelector, workloads));
  const rules = [
    ...(spec.ingress ?? []).map((rule) => ({
      peers: rule._from ?? from(rule),
      ports: rule.ports,
      served: own,
    })),
    ...(spec.egress ?? []).map((rule) => ({ peers: rule.to, ports: rule.ports, served: undefined })),
  ];
  for (const { peers, ports, served } of rules) {
    if (!peers?.length) faults.push(`${id}: a rule without peers lets everybody through`);
    for (const peer of peers ?? []) {
      faults.push(...peerFaults(id, peer, workloads));
      const targets =
        served ?? (peer.podSelector && !peer.namespaceSelector ? matching(workloads, peer.podSelector) : []);
      faults.push(...portFaults(id, ports, targets));
    }
  }
  return faults;
}

/** The client's types call the field `_from`, the API `from`. */
const from = (rule: object) => (rule as { from?: V1NetworkPolicyPeer[] }).from;

function peerFaults(id: string, peer: V1NetworkPolicyPeer, workloads: readonly Workload[]): string[] {
  if (peer.namespaceSelector) {
    const name = peer.namespaceSelector.matchLabels?.['kubernetes.io/metadata.name'];
    return name && OTHER_NAMESPACES.includes(name) ? [] : [`${id}: no namespace ${name ?? 'is named'}`];
  }
  if (!peer.podSelector) return [];
  if (matching(workloads, peer.podSelector).length === 0) return [`${id}: a peer that no pod matches`];
  return unusedValues(id, peer.podSelector, workloads);
}

/** Every value of an `In` must select a pod, or a misspelt one would go unnoticed among the others. */
function unusedValues(id: string, selector: V1LabelSelector | undefined, workloads: readonly Workload[]) {
  return (selector?.matchExpressions ?? []).flatMap(({ key, values = [] }) =>
    values
      .filter((value) => !workloads.some(({ labels }) => labels[key] === value))
      .map((value) => `${id}: no pod has ${key}=${value}`),
  );
}

/** At least one target must have a named port. */
function portFaults(id: string, ports: V1NetworkPolicyPort[] | undefined, targets: readonly Workload[]) {
  const serving = targets.filter((target) => !isJob(target));
  if (serving.length === 0) return [];
  return (ports ?? [])
    .filter(({ port }) => !serving.some((target) => hasPort(target, port)))
    .map(({ port }) => `${id}: none of its pods has the port ${port}`);
}
