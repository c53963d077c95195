// Deploys images to a cluster: migrations first, then the rollout, then a smoke test. On failure everything except migrations is
// undone.
//   node scripts/deploy.mjs --overlay production --smoke https://shop.example.com orders=ghcr.io/cartograph/orders@sha256:…
// Only the named services are changed, so a team can deploy its own; `--all` with all services applies everything else as well.
// The supergraph of this checkout comes last, when the subgraphs can answer it; `--supergraph-first` is for a release that
// removes something from it. The gateway loads it within a minute, and keeps the previous one if it cannot serve it.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { apply, awaitRollout, buildOverlay, kubectl, read, revisionsOf, runJobs } from './deploy/cluster.mjs';
import { smoke } from './deploy/smoke.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const NAME = 'app.kubernetes.io/name';
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    overlay: { type: 'string', default: 'production' },
    smoke: { type: 'string' },
    // How long the shop may take to answer correctly after the rollout.
    'smoke-seconds': { type: 'string', default: '10' },
    all: { type: 'boolean', default: false },
    'supergraph-first': { type: 'boolean', default: false },
    // How long migrations may take, and then the rollout.
    'rollout-seconds': { type: 'string', default: '300' },
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
for (const name of ['smoke-seconds', 'rollout-seconds'])
  if (!(Number(options[name]) >= 0)) fail(`Expected --${name} as a number`);
const seconds = Number(options['rollout-seconds']);

const manifests = buildOverlay(join(root, 'k8s', 'overlays', options.overlay));
for (const manifest of manifests) {
  const pod = manifest.spec?.template?.spec ?? manifest.spec?.jobTemplate?.spec?.template?.spec;
  const image = images.get(
    manifest.metadata.labels?.[NAME] ?? manifest.spec?.template?.metadata?.labels?.[NAME],
  );
  if (pod && image) for (const container of pod.containers) container.image = image;
}
const isOf = ({ metadata }) => images.has(metadata.labels?.[NAME]);
const isSupergraph = ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'supergraph';
// What the pods of every service read; the names contain a hash, so old pods keep theirs.
const isShared = (manifest) =>
  (manifest.kind === 'ConfigMap' && !isSupergraph(manifest)) || manifest.kind === 'Secret';
const isMigration = ({ kind }) => kind === 'Job';
const isRolledOut = (each) =>
  !isMigration(each) && !isShared(each) && !isSupergraph(each) && (options.all || isOf(each));

const unset = manifests.filter(
  (each) => (options.all || isOf(each)) && JSON.stringify(each).includes(`@sha256:${'0'.repeat(64)}`),
);
if (unset.length > 0)
  fail(`No image is given for ${[...new Set(unset.map((each) => each.metadata.labels?.[NAME]))].join(', ')}`);

const deployments = [...images.keys()].map((service) => `deployment/${service}-service`);
const supergraph = manifests.filter(isSupergraph);
const before = { supergraph: read('configmap', 'supergraph'), revisions: revisionsOf(deployments) };
const done = { supergraph: false, rollout: false };

function giveSupergraph() {
  done.supergraph = true;
  apply(supergraph);
}

try {
  apply(manifests.filter((each) => each.kind === 'Namespace'));
  apply(manifests.filter((each) => isShared(each) || each.kind === 'NetworkPolicy'));
  if (!before.supergraph || options['supergraph-first']) giveSupergraph();
  const jobs = manifests.filter((each) => isMigration(each) && isOf(each));
  await runJobs(jobs, seconds);
  console.log(`migrated: ${jobs.map(({ metadata }) => metadata.name).join(', ') || 'nothing to'}`);
  // Old pods serve until new ones are ready.
  done.rollout = true;
  apply(manifests.filter(isRolledOut));
  awaitRollout(deployments, seconds);
  giveSupergraph();
  await smoke(options.smoke, Number(options['smoke-seconds']));
} catch (error) {
  const left = goBack();
  fail(
    `${error.message}. ${left.length > 0 ? `Look at ${left.join(', ')}` : `${deployments.join(', ')} and the supergraph are what they were`}`,
  );
}
console.log(`deployed: ${[...images.keys()].join(', ')}`);

/**
 * Undoes the steps in reverse order, because subgraphs must be able to answer what the supergraph promises. Migrations stay: each
 * must work with the previous version (docs/upgrading.md).
 * @returns what could not be undone
 */
function goBack() {
  const left = [];
  const attempt = (what, work) => {
    try {
      work();
    } catch (error) {
      console.error(error.message);
      left.push(what);
    }
  };
  const steps = [
    () => done.supergraph && attempt('the supergraph', putSupergraphBack),
    () => {
      if (!done.rollout) return;
      for (const name of deployments) attempt(name, () => undo(name));
      for (const name of deployments) attempt(name, () => awaitRollout([name], seconds));
    },
  ];
  for (const step of options['supergraph-first'] ? steps.reverse() : steps) step();
  return [...new Set(left)];
}

function putSupergraphBack() {
  if (!before.supergraph) throw new Error('There was no supergraph before');
  const { apiVersion, kind, metadata, data } = before.supergraph;
  apply([{ apiVersion, kind, metadata: { name: metadata.name, labels: metadata.labels }, data }]);
}

/** Restores the revision that ran, by number; without one, `undo` goes back too far if nothing had changed. */
function undo(name) {
  const revision = before.revisions.get(name);
  if (!revision) throw new Error(`There was no ${name} before`);
  kubectl(['rollout', 'undo', name, `--to-revision=${revision}`]);
}
