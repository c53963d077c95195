import type {
  V1Container,
  V1CronJob,
  V1Deployment,
  V1Job,
  V1LabelSelector,
  V1PodTemplateSpec,
  V1StatefulSet,
} from '@kubernetes/client-node';
import type { Manifest } from './manifests.js';

type Spec<T extends { spec?: unknown }> = NonNullable<T['spec']>;

/** Kinds that create pods; a CronJob does so through Jobs. */
export interface Workload {
  readonly id: string;
  readonly kind: 'Deployment' | 'StatefulSet' | 'Job' | 'CronJob';
  readonly name: string;
  readonly selector: V1LabelSelector | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly pod: Spec<V1PodTemplateSpec>;
  readonly containers: readonly V1Container[];
  readonly claims: readonly string[];
}

export function workloadsOf(manifests: readonly Manifest[]): Workload[] {
  return manifests.flatMap((manifest) => {
    const { kind } = manifest;
    if (kind !== 'Deployment' && kind !== 'StatefulSet' && kind !== 'Job' && kind !== 'CronJob') return [];
    const own = manifest['spec'] as Spec<V1Deployment> & Spec<V1Job> & Spec<V1StatefulSet>;
    const spec =
      kind === 'CronJob' ? ((manifest['spec'] as Spec<V1CronJob>).jobTemplate.spec as typeof own) : own;
    const pod = spec.template.spec!;
    return [
      {
        id: `${kind}/${manifest.metadata.name}`,
        kind,
        name: manifest.metadata.name,
        selector: spec.selector,
        labels: spec.template.metadata?.labels ?? {},
        pod,
        containers: [...(pod.initContainers ?? []), ...pod.containers],
        claims: (spec.volumeClaimTemplates ?? []).map((claim) => claim.metadata!.name!),
      },
    ];
  });
}

/** Whether its pods end on their own. */
export const isJob = ({ kind }: Workload) => kind === 'Job' || kind === 'CronJob';

/** Whether a label selector matches these labels. */
export function selects(
  selector: V1LabelSelector | undefined,
  labels: Readonly<Record<string, string>>,
): boolean {
  const equal = Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  const expressions = (selector?.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    const value = labels[key];
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      default:
        throw new Error(`No operator ${operator} in label selectors`);
    }
  });
  return equal && expressions;
}
