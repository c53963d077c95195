import type {
  V1LabelSelector,
  V1NetworkPolicy,
  V1NetworkPolicyPeer,
  V1NetworkPolicyPort,
} from '@kubernetes/client-node';
import type { Manifest } from './manifests.js';
import { isJob, selects, type Workload, workloadsOf } from './workloads.js';

interface Rule {
  readonly from?: readonly V1NetworkPolicyPeer[];
  readonly to?: readonly V1NetworkPolicyPeer[];
  readonly ports?: readonly V1NetworkPolicyPort[];
}
interface Policy {
  readonly podSelector: V1LabelSelector;
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

/**
 * Who may reach whom under all policies together: `orders → postgres:postgres`. Both the caller's egress and the target's ingress
 * must allow it. Namespaces and address ranges represent what is not in the manifests.
 */
export function reachable(manifests: readonly Manifest[]): string[] {
  const policies = manifests
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .map((each) => each['spec'] as SpecOf<V1NetworkPolicy> & Policy);
  const workloads = workloadsOf(manifests);
  const ways = new Set<string>();
  const rulesOf = (workload: Workload, type: 'Egress' | 'Ingress'): readonly Rule[] => {
    const own = policies.filter(
      (policy) => policy.policyTypes.includes(type) && selects(policy.podSelector, workload.labels),
    );
    // Kubernetes allows all traffic of a pod that no policy selects.
    if (own.length === 0) throw new Error(`No policy is about ${type} of ${workload.id}`);
    return own.flatMap((policy) => policy[type === 'Egress' ? 'egress' : 'ingress'] ?? []);
  };

  for (const caller of workloads) {
    const out = rulesOf(caller, 'Egress');
    for (const called of workloads.filter((each) => !isJob(each))) {
      const into = rulesOf(called, 'Ingress');
      for (const port of called.containers.flatMap(({ ports = [] }) => ports)) {
        const isOpen = (rules: readonly Rule[], peer: Workload) =>
          rules.some(
            ({ from, to, ports }) =>
              (from ?? to ?? []).some((each) => isPod(each, peer)) &&
              (!ports || ports.some((each) => each.port === port.name || each.port === port.containerPort)),
          );
        if (isOpen(out, called) && isOpen(into, caller))
          ways.add(`${nameOf(caller)} → ${nameOf(called)}:${port.name}`);
      }
    }
    for (const { to = [], ports = [] } of out)
      for (const place of to.flatMap(placeOf))
        for (const { port } of ports) ways.add(`${nameOf(caller)} → ${place}:${port}`);
    if (isJob(caller)) continue;
    for (const { from = [], ports = [] } of rulesOf(caller, 'Ingress'))
      for (const place of from.flatMap(placeOf))
        for (const { port } of ports) ways.add(`${place} → ${nameOf(caller)}:${port}`);
  }
  return [...ways].sort();
}

type SpecOf<T extends { spec?: unknown }> = NonNullable<T['spec']>;

const isPod = (peer: V1NetworkPolicyPeer, workload: Workload) =>
  peer.podSelector !== undefined && !peer.namespaceSelector && selects(peer.podSelector, workload.labels);

/** Another namespace, or addresses. */
const placeOf = ({ namespaceSelector, ipBlock }: V1NetworkPolicyPeer): string[] => {
  if (namespaceSelector)
    return [namespaceSelector.matchLabels?.['kubernetes.io/metadata.name'] ?? 'every namespace'];
  if (ipBlock) return [ipBlock.except ? 'the internet' : ipBlock.cidr];
  return [];
};

const nameOf = ({ kind, name }: Workload) =>
  kind === 'Deployment' || kind === 'StatefulSet' ? name.replace(/-service$/, '') : name;
