// `npm run proof:containers`: runs docker-compose.yml from a fresh clone, on a Docker engine of its own. Images from
// registries are replaced by stand-ins of the same names (scripts/proof/containers/standin); what that does not cover is printed
// at the end. Needs root, and: apt-get install containerd runc debootstrap iptables
//
// A run that stopped keeps what it made: `-- --from STEP` continues there, with the commit that is checked out then.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { proveBackup, proveFailingBackup } from './containers/backup.mjs';
import { cloneHead } from './containers/checkout.mjs';
import { proveConfinement, proveNetworks, proveRoles } from './containers/confinement.mjs';
import { demandTools, RELEASE, startEngine } from './containers/engine.mjs';
import { proveBake, proveFiles } from './containers/files.mjs';
import { proveImages, proveReproducible, SERVICES } from './containers/images.mjs';
import {
  proveExits,
  proveMail,
  proveNothingLeft,
  proveOrder,
  proveScale,
  proveWatch,
} from './containers/running.mjs';
import { connectShop } from './containers/shop.mjs';
import { makeStandins, STANDINS } from './containers/standins.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
// Kept between runs: the engine and its layers, so that the next run builds only what changed.
const work = process.env.PROOF_DIR ?? '/var/tmp/cartograph-proof';
const port = Number(process.env.PROOF_PORT ?? 14000);
const mailPort = 18025;

const STEPS = {
  'stand-ins': () => makeStandins(engine, work, say),
  files() {
    proveFiles(engine, checkout, say);
    proveBake(engine, checkout, say);
  },
  build() {
    // What `docker compose up --build` builds, with the commit's name and time as the pipeline gives them.
    shop.compose('build', '--quiet', ...buildArguments);
    proveImages(engine, say, revision);
  },
  async up() {
    // What a run that stopped here left would not start in order.
    shop.compose('down', '--volumes', '--timeout', '12');
    shop.compose('up', '--detach');
    await shop.isOpen();
    await proveOrder(engine, shop, say);
    await shop.walk(say);
  },
  confinement() {
    proveConfinement(engine, shop.containers, say);
    proveNetworks(engine, shop.containers, port, say);
    proveRoles(engine, shop.containers, env, say);
  },
  async scale() {
    shop.compose('up', '--detach', '--scale', 'orders=3');
    await proveScale(engine, shop, 'orders', 3, say);
    const replicas = { ...Object.fromEntries(SERVICES.map((name) => [name, 1])), orders: 3 };
    await proveWatch(shop.compose, replicas, say);
    await proveMail(mailPort, say);
  },
  async restart() {
    shop.compose('stop', '--timeout', '12');
    await proveExits(engine, shop.containers, say);
    shop.compose('up', '--detach');
    await shop.isOpen();
    await shop.walk();
    say('restarted on the kept volumes: the walk passes');
  },
  'failing-backup': () => proveFailingBackup(engine, shop, work, say),
  backup: () => proveBackup(engine, shop, work, say),
  down() {
    shop.compose('--profile', 'observability', 'down', '--volumes', '--timeout', '12');
    proveNothingLeft(engine, say);
  },
  reproducible: () => proveReproducible(engine, checkout, 'cart', buildArguments, say),
};

const names = Object.keys(STEPS);
const from = process.argv.includes('--from') ? process.argv.at(process.argv.indexOf('--from') + 1) : names[0];
const unknown = process.argv.slice(2).filter((each) => each !== '--from' && !names.includes(each));
if (unknown.length > 0 || !names.includes(from)) {
  console.error(`Usage: npm run proof:containers [-- --from STEP], where STEP is one of ${names.join(', ')}`);
  process.exit(2);
}

const began = Date.now();
const say = (text) => console.log(`${secondsSince(began, 4)} s  ${text}`);
demandTools();
const engine = await startEngine(join(work, 'engine'));
// A signal also ends the running command; the code below then stops the engine.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
if (from === names[0]) forget();
const { checkout, revision, time, env } = cloneHead(root, join(work, 'cartograph'), {
  isFresh: from === names[0],
  settings: { port, mailPort },
});
const buildArguments = ['--build-arg', `REVISION=${revision}`, '--build-arg', `SOURCE_DATE_EPOCH=${time}`];
const shop = connectShop(engine, checkout, `http://127.0.0.1:${port}`);
say(
  `${revision.slice(0, 7)} on Docker ${engine.docker('version', '--format', '{{.Server.Version}}')}, ` +
    engine.docker('compose', 'version').replace('version ', ''),
);

let current = from;
const took = [];
try {
  // The engine restarts what ran when it was stopped; the next step needs it to be healthy.
  if (names.indexOf(from) > names.indexOf('up') && names.indexOf(from) <= names.indexOf('down')) {
    shop.compose('up', '--detach');
    await shop.isOpen();
  }
  for (current of names.slice(names.indexOf(from))) {
    const start = Date.now();
    await STEPS[current]();
    took.push(`${current} ${secondsSince(start)} s`);
  }
} catch (error) {
  console.error(error.stderr ?? '');
  if (names.indexOf(current) >= names.indexOf('up'))
    console.error(shop.compose('ps', '--all'), shop.compose('logs', '--tail', '15', '--no-color'));
  console.error(`Stopped at ${current}. To continue there: npm run proof:containers -- --from ${current}`);
  throw error;
} finally {
  await engine.stop();
}
sayWhatIsLeft();

/** Removes what an interrupted run left. */
function forget() {
  const left = engine.docker('ps', '--all', '--quiet').split('\n').filter(Boolean);
  if (left.length > 0) engine.docker('rm', '--force', '--volumes', ...left);
  engine.docker('volume', 'prune', '--all', '--force');
  engine.docker('network', 'prune', '--force');
}

function secondsSince(start, width = 0) {
  return String(Math.round((Date.now() - start) / 1000)).padStart(width);
}

function sayWhatIsLeft() {
  const isWhole = from === names[0];
  console.log(`
${isWhole ? 'Proven: all of the above, with' : `Proven: the steps from ${from} on. Only a run without --from is complete; it uses`} the Dockerfile and docker-compose.yml as they are committed.
Took: ${took.join(', ')}; together ${secondsSince(began)} s.

Not covered, because no image registry is used:
- The published images. Each is replaced by Debian ${RELEASE}'s package of the same major version under the same name
  (${Object.values(STANDINS).join(', ')}),
  so Node.js runs on glibc here and on musl there.
- MongoDB: the stand-in is this repository's embedded document store, and mongodump a script of lines of EJSON.
- Mailpit: the stand-in accepts e-mail and counts it.
- Grafana, Loki, Alloy, Jaeger and the exporter of MongoDB do not run here; Compose accepts their entries, and
  observability/ tests its dashboards, rules and queries.
- linux/arm64, SBOM and provenance: buildx reads their plan, but nothing is built for another processor.`);
}
