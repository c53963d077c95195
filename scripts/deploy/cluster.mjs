// The kubectl commands of a deployment.
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
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

/** A command's output. @throws if it fails, with its name; kubectl has printed the reason */
export function kubectl(args, input) {
  const { status, stdout } = run(['--namespace', NAMESPACE, ...args], input);
  if (status !== 0) throw new Error(`kubectl ${args.slice(0, 3).join(' ')} failed`);
  return stdout;
}

/** The manifests of an overlay. */
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

/** An object in a form that can be applied again, or undefined if the cluster has none. */
export function read(kind, name) {
  const found = kubectl(['get', kind, name, '--ignore-not-found', '--output', 'json']);
  return found.trim() === '' ? undefined : JSON.parse(found);
}

/**
 * Runs Jobs to their end. A Job cannot be changed, so an earlier one of the same name is deleted first.
 * @throws as soon as one has finally failed, or has not ended in time; its log is printed
 */
export async function runJobs(jobs, seconds) {
  const names = jobs.map(({ metadata }) => metadata.name);
  for (const name of names) kubectl(['delete', 'job', name, '--ignore-not-found', '--wait']);
  if (jobs.length > 0) apply(jobs);
  const until = Date.now() + seconds * 1_000;
  for (let waiting = names; waiting.length > 0; await sleep(1_000)) {
    const ends = waiting.map((name) => ({ name, end: endOf(name) }));
    const failed = ends.find(({ end }) => end === 'Failed');
    if (failed) throw gaveUp(failed.name, 'failed');
    waiting = ends.filter(({ end }) => end === undefined).map(({ name }) => name);
    if (waiting.length > 0 && Date.now() >= until)
      throw gaveUp(waiting[0], `did not end within ${seconds} s`);
  }
}

/** `kubectl wait` can only wait for one of the two. */
function endOf(job) {
  const conditions = read('job', job)?.status?.conditions ?? [];
  return conditions.find(({ type, status }) => status === 'True' && /^(Complete|Failed)$/.test(type))?.type;
}

function gaveUp(job, how) {
  // The log of all its pods: each attempt is one.
  const log = ['logs', '--selector', `batch.kubernetes.io/job-name=${job}`, '--tail', '20', '--prefix'];
  console.error(run(['--namespace', NAMESPACE, ...log]).stdout);
  return new Error(`job/${job} ${how}`);
}

export function awaitRollout(deployments, seconds) {
  for (const name of deployments) kubectl(['rollout', 'status', name, `--timeout=${seconds}s`]);
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
