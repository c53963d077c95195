// What a deployment asks of kubectl.
import { spawnSync } from 'node:child_process';
import { parseAllDocuments, stringify } from 'yaml';

const NAMESPACE = 'cartograph';

function run(args, input) {
  return spawnSync('kubectl', args, {
    input,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
    maxBuffer: 1 << 28,
  });
}

/** What a command prints. @throws if it fails, naming it; kubectl itself has said why */
export function kubectl(args, input) {
  const { status, stdout } = run(['--namespace', NAMESPACE, ...args], input);
  if (status !== 0) throw new Error(`kubectl ${args.slice(0, 3).join(' ')} failed`);
  return stdout;
}

/** The manifests of an overlay, as the files are. */
export function buildOverlay(folder) {
  const { status, stdout } = run(['kustomize', folder]);
  if (status !== 0) throw new Error(`kubectl kustomize ${folder} failed`);
  return parseAllDocuments(stdout).map((each) => each.toJS());
}

export function apply(manifests) {
  kubectl(
    ['apply', '--server-side', '--force-conflicts', '--filename', '-'],
    manifests.map((each) => stringify(each)).join('---\n'),
  );
}

/** An object as it can be applied again, or undefined if the cluster has none. */
export function read(kind, name) {
  const found = kubectl(['get', kind, name, '--ignore-not-found', '--output', 'json']);
  return found.trim() === '' ? undefined : JSON.parse(found);
}

/** Runs Jobs to their end. A Job cannot be changed, so the last of its name goes first. */
export function runJobs(jobs, timeout) {
  const names = jobs.map(({ metadata }) => metadata.name);
  for (const name of names) kubectl(['delete', 'job', name, '--ignore-not-found', '--wait']);
  if (jobs.length > 0) apply(jobs);
  for (const name of names)
    kubectl(['wait', '--for=condition=complete', `job/${name}`, `--timeout=${timeout}`]);
}

export function awaitRollout(deployments, timeout) {
  for (const name of deployments) kubectl(['rollout', 'status', name, `--timeout=${timeout}`]);
}

/** Which revision of each Deployment runs; `undefined` if there is none yet. */
export function revisionsOf(deployments) {
  return new Map(
    deployments.map((name) => [
      name,
      read(...name.split('/'))?.metadata.annotations?.['deployment.kubernetes.io/revision'],
    ]),
  );
}
