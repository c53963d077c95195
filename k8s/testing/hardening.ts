import type { V1Container } from '@kubernetes/client-node';
import { isJob, type Workload } from './workloads.js';

/** Every pod must run without root or capabilities, with a read-only file system, limits and probes. */
export function hardeningFaults(workload: Workload): string[] {
  const { id, pod, containers } = workload;
  const faults: string[] = [];
  const demand = (isRight: boolean | undefined, message: string) => {
    if (!isRight) faults.push(`${id}: ${message}`);
  };
  demand(pod.automountServiceAccountToken === false, 'automountServiceAccountToken must be false');
  demand(
    pod.securityContext?.seccompProfile?.type === 'RuntimeDefault',
    'seccompProfile must be RuntimeDefault',
  );
  demand(!pod.hostNetwork && !pod.hostPID && !pod.hostIPC, 'namespaces of the host must not be used');
  demand(
    (pod.volumes ?? []).every((volume) => !volume.hostPath),
    'hostPath volumes must not be used',
  );
  demand(
    (pod.volumes ?? []).every((volume) => !volume.emptyDir || volume.emptyDir.sizeLimit),
    'every emptyDir needs a sizeLimit',
  );
  for (const container of containers) {
    const context = { ...pod.securityContext, ...container.securityContext };
    const its = (text: string) => `container ${container.name} ${text}`;
    demand(context.runAsNonRoot === true && (context.runAsUser ?? 0) > 0, its('must not run as root'));
    demand(container.securityContext?.readOnlyRootFilesystem, its('needs a read-only root'));
    demand(
      container.securityContext?.allowPrivilegeEscalation === false,
      its('must not be able to gain privileges'),
    );
    demand(!container.securityContext?.privileged, its('must not be privileged'));
    demand(container.securityContext?.capabilities?.drop?.includes('ALL'), its('must drop ALL capabilities'));
    demand(!container.securityContext?.capabilities?.add, its('must add no capabilities'));
    for (const [amounts, name] of [
      [container.resources?.requests, 'requests'],
      [container.resources?.limits, 'limits'],
    ] as const)
      demand(amounts?.['cpu'] && amounts['memory'] ? true : false, its(`needs ${name} of cpu and memory`));
    if (!isJob(workload)) for (const message of probeFaults(container)) demand(false, its(message));
    for (const mount of container.volumeMounts ?? [])
      demand(mount.subPath === undefined, its(`mounts ${mount.name} by subPath, which never sees a change`));
  }
  return faults;
}

function probeFaults(container: V1Container): string[] {
  const ports = (container.ports ?? []).flatMap(({ name, containerPort }) => [name, containerPort]);
  return (['startupProbe', 'livenessProbe', 'readinessProbe'] as const).flatMap((name) => {
    const probe = container[name];
    if (!probe) return [`needs a ${name}`];
    const port = probe.httpGet?.port ?? probe.tcpSocket?.port;
    return port === undefined || ports.includes(port as string | number)
      ? []
      : [`has a ${name} on the port ${port}, which it does not have`];
  });
}
