// Puts images into a cluster: migrations first, then the rollout, then a smoke test; on failure the rollout is undone.
//   node scripts/deploy.mjs --overlay production --smoke https://shop.example.com orders=ghcr.io/cartograph/orders@sha256:…
// Only the services that are named are touched, so a team ships its own; all seven and `--all` apply everything else, too.
// The supergraph of this checkout comes last, when the subgraphs can answer it; `--supergraph-first` is for a release that
// takes something out of it. The gateway loads it within a minute, and keeps the one before if it cannot serve it.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseAllDocuments, stringify } from 'yaml';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const NAMESPACE = 'cartograph';
const NAME = 'app.kubernetes.io/name';
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    overlay: { type: 'string', default: 'production' },
    smoke: { type: 'string' },
    all: { type: 'boolean', default: false },
    'supergraph-first': { type: 'boolean', default: false },
    timeout: { type: 'string', default: '300s' },
  },
});

function fail(message) {
  console.error(message);
  process.exit(1);
}

const images = new Map(
  positionals.map((given) => {
    const [, service, image] = /^([a-z]+)=(\S+@sha256:[0-9a-f]{64})$/.exec(given) ?? [];
    if (!service) fail(`Expected service=image@sha256:…, got ${given}`);
    return [service, image];
  }),
);
if (images.size === 0) fail('Expected at least one service=image@sha256:…');
if (!options.smoke) fail('Expected --smoke with the address at which the gateway answers');

function kubectl(args, input) {
  const { status, stdout } = spawnSync('kubectl', args, {
    input,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
    maxBuffer: 1 << 28,
  });
  return { isDone: status === 0, stdout: stdout ?? '' };
}

function demand(args, input) {
  const result = kubectl(args, input);
  if (!result.isDone) throw new Error(`kubectl ${args.slice(0, 4).join(' ')} failed`);
  return result.stdout;
}

const manifests = parseAllDocuments(
  demand(['kustomize', join(root, 'k8s', 'overlays', options.overlay)]),
).map((each) => each.toJS());
for (const manifest of manifests) {
  const pod = manifest.spec?.template?.spec ?? manifest.spec?.jobTemplate?.spec?.template?.spec;
  const image = images.get(
    manifest.metadata.labels?.[NAME] ?? manifest.spec?.template?.metadata?.labels?.[NAME],
  );
  if (pod && image) for (const container of pod.containers) container.image = image;
}
const isOf = ({ metadata }) => images.has(metadata.labels?.[NAME]);
// What pods of every service read; their names carry a hash, so an old pod keeps its own.
const isShared = (manifest) =>
  (manifest.kind === 'ConfigMap' && !isSupergraph(manifest)) || manifest.kind === 'Secret';
const isSupergraph = ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'supergraph';
const isMigration = ({ kind }) => kind === 'Job';
const text = (chosen) => chosen.map((each) => stringify(each)).join('---\n');
const apply = (chosen) =>
  demand(
    ['--namespace', NAMESPACE, 'apply', '--server-side', '--force-conflicts', '--filename', '-'],
    text(chosen),
  );

const unset = manifests.filter(
  (each) => (options.all || isOf(each)) && JSON.stringify(each).includes(`@sha256:${'0'.repeat(64)}`),
);
if (unset.length > 0)
  fail(`No image is given for ${[...new Set(unset.map((each) => each.metadata.labels?.[NAME]))].join(', ')}`);

const supergraph = manifests.filter(isSupergraph);
const before = readSupergraph();

// 1. Migrations, by one Job a service. A Job cannot be changed, so the last one goes first.
apply(manifests.filter((each) => each.kind === 'Namespace'));
apply(manifests.filter((each) => isShared(each) || each.kind === 'NetworkPolicy'));
if (!before || options['supergraph-first']) apply(supergraph);
const jobs = manifests.filter((each) => isMigration(each) && isOf(each));
for (const { metadata } of jobs)
  demand(['--namespace', NAMESPACE, 'delete', 'job', metadata.name, '--ignore-not-found', '--wait']);
if (jobs.length > 0) {
  apply(jobs);
  for (const { metadata } of jobs)
    demand([
      '--namespace',
      NAMESPACE,
      'wait',
      '--for=condition=complete',
      `job/${metadata.name}`,
      `--timeout=${options.timeout}`,
    ]);
}
console.log(`migrated: ${jobs.map(({ metadata }) => metadata.name).join(', ') || 'nothing to'}`);

// 2. The rollout. Old pods serve until new ones are ready.
apply(
  manifests.filter(
    (each) => !isMigration(each) && !isShared(each) && !isSupergraph(each) && (options.all || isOf(each)),
  ),
);
const deployments = [...images.keys()].map((service) => `deployment/${service}-service`);
const isRolledOut = deployments.every(
  (name) =>
    kubectl(['--namespace', NAMESPACE, 'rollout', 'status', name, `--timeout=${options.timeout}`]).isDone,
);

// 3. The smoke test, and back if it fails. Migrations stay: each must suit the version before it (docs/upgrading.md).
if (isRolledOut) apply(supergraph);
if (isRolledOut && (await smoke())) console.log(`deployed: ${[...images.keys()].join(', ')}`);
else {
  if (before) apply([before]);
  for (const name of deployments) kubectl(['--namespace', NAMESPACE, 'rollout', 'undo', name]);
  for (const name of deployments)
    kubectl(['--namespace', NAMESPACE, 'rollout', 'status', name, `--timeout=${options.timeout}`]);
  fail(
    `${isRolledOut ? 'The smoke test failed' : 'The rollout did not finish'}: ${deployments.join(', ')} are back to what they were`,
  );
}

/** The supergraph that the cluster has, to go back to. */
function readSupergraph() {
  const args = ['get', 'configmap', 'supergraph', '--ignore-not-found', '--output', 'json'];
  const found = demand(['--namespace', NAMESPACE, ...args]);
  if (found.trim() === '') return undefined;
  const { apiVersion, kind, metadata, data } = JSON.parse(found);
  return { apiVersion, kind, metadata: { name: metadata.name, labels: metadata.labels }, data };
}

/** The gateway plans and a subgraph and its store answer; nobody needs to be signed in. */
async function smoke() {
  const query = '{ categories { slug } products(first: 1) { nodes { id name } } }';
  for (let tries = 0; tries < 10; tries += 1) {
    const answer = await fetch(new URL('/graphql', options.smoke), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
      signal: AbortSignal.timeout(5_000),
    })
      .then((response) => response.json())
      .catch((error) => ({ errors: [error.message] }));
    if (answer.data && !answer.errors) return true;
    console.error(`smoke test: ${JSON.stringify(answer.errors)}`);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  return false;
}
