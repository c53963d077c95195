// `npm run proof:compose`: docker-compose.yml for real, on an engine of our own from Debian's packages. Images that come
// from registries are replaced by stand-ins of the same names (scripts/proof/standin); what that leaves unproven is
// printed at the end. Needs root, and: apt-get install docker.io docker-compose debootstrap iptables
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { demandTools, startEngine } from './proof/engine.mjs';
import { walk } from './proof/walk.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
// Kept between runs: the file system of the stand-ins and the engine's layers.
const work = process.env.PROOF_DIR ?? '/var/tmp/cartograph-proof';
const SERVICES = ['gateway', 'users', 'products', 'cart', 'orders', 'payments', 'notifications'];
const STANDINS = {
  node: 'node:24-alpine',
  postgres: 'postgres:18-alpine',
  redis: 'redis:8-alpine',
  rabbitmq: 'rabbitmq:4-management-alpine',
  mongo: 'mongo:8',
  mailpit: 'axllent/mailpit:v1.27',
};
const PACKAGES = [
  'ca-certificates',
  'libstdc++6',
  'libatomic1',
  'postgresql',
  'redis-server',
  'rabbitmq-server',
];
const PORT = process.env.PROOF_PORT ?? '14000';

const began = Date.now();
const say = (text) =>
  console.log(`${String(Math.round((Date.now() - began) / 1000)).padStart(4)} s  ${text}`);

demandTools();
mkdirSync(work, { recursive: true });
const engine = await startEngine(join(work, 'engine'));
const docker = (...args) => engine.run('docker', args);
try {
  await makeStandins();
  const checkout = cloneHead();
  for (const service of SERVICES) {
    const folder = service === 'gateway' ? service : `subgraphs/${service}`;
    // The build fetches packages; the running containers have no way out but by `edge`.
    docker(
      'build',
      '--quiet',
      '--network',
      'host',
      '--build-arg',
      `SERVICE=${folder}`,
      '--tag',
      `cartograph/${service}:latest`,
      checkout,
    );
    say(
      `built cartograph/${service}: ${docker('image', 'inspect', '--format', '{{.Size}}', `cartograph/${service}`).trim() / 1e6} MB`,
    );
  }
  await proveCompose(checkout);
} finally {
  await engine.stop();
}

async function makeStandins() {
  const rootfs = join(work, 'rootfs');
  if (!existsSync(join(rootfs, 'etc', 'passwd'))) {
    say('debootstrap');
    execFileSync(
      'debootstrap',
      ['--variant=minbase', `--include=${PACKAGES.join(',')}`, 'bookworm', rootfs],
      { stdio: 'ignore' },
    );
  }
  if (docker('images', '--quiet', 'cartograph-standin/rootfs').trim() === '')
    engine.run('sh', ['-c', `tar -C ${rootfs} -c . | docker import - cartograph-standin/rootfs`]);
  const context = join(work, 'standin');
  rmSync(context, { recursive: true, force: true });
  cpSync(join(root, 'scripts', 'proof', 'standin'), context, { recursive: true });
  const prefix = join(context, 'node', 'usr', 'local');
  mkdirSync(join(prefix, 'bin'), { recursive: true });
  cpSync(process.execPath, join(prefix, 'bin', 'node'));
  const npm = execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim();
  cpSync(join(npm, 'npm'), join(prefix, 'lib', 'node_modules', 'npm'), { recursive: true });
  writeFileSync(
    join(prefix, 'bin', 'npm'),
    '#!/bin/sh\nexec node /usr/local/lib/node_modules/npm/bin/npm-cli.js "$@"\n',
    { mode: 0o755 },
  );
  const certificates = '/etc/ssl/certs/ca-certificates.crt';
  mkdirSync(join(context, 'node', 'etc', 'ssl', 'certs'), { recursive: true });
  cpSync(certificates, join(context, 'node', certificates), { dereference: true });
  const bundle = (from, to) =>
    build({
      entryPoints: [from],
      outfile: join(context, to),
      allowOverwrite: true,
      bundle: true,
      platform: 'node',
      format: 'esm',
      nodePaths: [join(root, 'node_modules')],
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
      logLevel: 'error',
    });
  await bundle(join(root, 'packages', 'embedded', 'dist', 'mongo', 'main.js'), 'store.mjs');
  await bundle(join(root, 'scripts', 'proof', 'standin', 'mongo-archive.mjs'), 'mongo-archive.mjs');
  for (const [target, tag] of Object.entries(STANDINS))
    docker('build', '--quiet', '--target', target, '--tag', tag, context);
  say(`stand-ins: ${Object.values(STANDINS).join(', ')}`);
}

/** What is committed, and nothing else. */
function cloneHead() {
  const checkout = join(work, 'checkout');
  rmSync(checkout, { recursive: true, force: true });
  execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${root}`, checkout]);
  return checkout;
}

async function proveCompose(checkout) {
  execFileSync('bash', ['scripts/make-env.sh'], { cwd: checkout, stdio: 'ignore' });
  const env = readFileSync(join(checkout, '.env'), 'utf8')
    .replace(/^NODE_ENV=.*$/m, 'NODE_ENV=development')
    .replace(/^SAMPLE_DATA=.*$/m, 'SAMPLE_DATA=true')
    .replace(/^GATEWAY_PORT=.*$/m, `GATEWAY_PORT=${PORT}`);
  writeFileSync(join(checkout, '.env'), `${env}MAILPIT_PORT=18025\n`);
  const compose = (...args) =>
    engine.run('docker-compose', ['--project-name', 'cartograph', ...args], { cwd: checkout });
  try {
    compose('up', '--detach', '--no-build');
    say('docker-compose up');
    await healthy(`http://127.0.0.1:${PORT}/readyz`);
    say('the gateway is ready, after all it depends on');
    await walk(`http://127.0.0.1:${PORT}`, say);
    proveConfinement();
    compose('up', '--detach', '--no-build', '--scale', 'orders=3');
    await walk(`http://127.0.0.1:${PORT}`, say);
    say('the same with --scale orders=3');
    const { messages } = await (await fetch('http://127.0.0.1:18025')).json();
    if (messages < 2) throw new Error(`Only ${messages} mails were sent`);
    say(`${messages} mails were sent by SMTP`);
    compose('stop', '--timeout', '12');
    for (const name of containers()) {
      const [service, code] = inspect(
        name,
        '{{index .Config.Labels "com.docker.compose.service"}} {{.State.ExitCode}}',
      ).split(' ');
      if (SERVICES.includes(service) && code !== '0')
        throw new Error(`${name} ended with ${code}, not 0, when it was stopped`);
    }
    say('all services ended with 0 when they were stopped');
    compose('start');
    await healthy(`http://127.0.0.1:${PORT}/readyz`);
    await walk(`http://127.0.0.1:${PORT}`, say);
    say('started again on the kept volumes');
    await proveBackup(checkout, compose);
  } catch (error) {
    console.error(compose('ps'));
    console.error(compose('logs', '--tail', '15', '--no-color'));
    throw error;
  } finally {
    compose('down', '--volumes', '--timeout', '12');
  }
  console.log(`
Proven: the Dockerfile, docker-compose.yml as committed, health-gated order, migrations, networks,
read-only roots, the README's purchase, backup and restore. Not proven here, as no registry is reached: the images themselves, each replaced by
a stand-in from Debian 12 (${Object.values(STANDINS).join(', ')}): so Node is this machine's (${process.version}) on glibc instead of musl,
Postgres is 15, Redis 7, RabbitMQ 3.10; MongoDB is this repository's embedded document store, and mongodump a script of lines of EJSON; Mailpit is a sink that counts.
Nor: arm64, buildx bake, the profile observability.`);
}

/** A backup, all volumes deleted, the backup restored: who had an account and an order has them again. */
async function proveBackup(checkout, compose) {
  const url = `http://127.0.0.1:${PORT}`;
  const before = await inventory(url);
  const folder = join(work, 'backup');
  rmSync(folder, { recursive: true, force: true });
  const script = (name, ...args) =>
    engine.run('bash', [join('scripts', name), ...args], {
      cwd: checkout,
      env: { ...engine.env, COMPOSE: 'docker-compose --project-name cartograph' },
    });
  script('backup.sh', folder);
  compose('down', '--volumes', '--timeout', '12');
  script('restore.sh', folder);
  await healthy(`${url}/readyz`);
  const after = await inventory(url);
  if (JSON.stringify(after) !== JSON.stringify(before))
    throw new Error(`Restored ${JSON.stringify(after)}, not ${JSON.stringify(before)}`);
  await walk(url, say);
  say(
    `backed up, forgotten, restored: ${after.orders} orders, ${after.users} users, ${after.products} products`,
  );
}

/** How much there is of everything, as an admin sees it. */
async function inventory(url) {
  const ask = async (query, token) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query }),
    });
    const { data, errors } = await response.json();
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  };
  const { login } = await ask(
    'mutation { login(input: { email: "ada@example.com", password: "cartograph" }) { session { accessToken } } }',
  );
  const { orders, users, products } = await ask(
    '{ orders { totalCount nodes { number status total { amount } } } users { totalCount } products { totalCount nodes { id availability { quantity } } } }',
    login.session.accessToken,
  );
  return {
    orders: orders.totalCount,
    users: users.totalCount,
    products: products.totalCount,
    lists: [orders.nodes, products.nodes],
  };
}

function containers() {
  return docker('ps', '--all', '--quiet', '--filter', 'label=com.docker.compose.project=cartograph')
    .trim()
    .split('\n');
}

function inspect(name, format) {
  return docker('inspect', '--format', format, name).trim();
}

/** Read-only, uid 1001, without capabilities; only the gateway and the mail page have a port on the host. */
function proveConfinement() {
  const published = [];
  for (const name of containers()) {
    const { Config, HostConfig, NetworkSettings } = JSON.parse(inspect(name, '{{json .}}'));
    const service = Config.Labels['com.docker.compose.service'];
    if (Object.values(NetworkSettings.Ports ?? {}).some(Boolean)) published.push(service);
    if (!SERVICES.includes(service.replace('-migration', ''))) continue;
    const isConfined =
      Config.User === '1001:1001' && HostConfig.ReadonlyRootfs && HostConfig.CapDrop.includes('ALL');
    if (!isConfined)
      throw new Error(
        `${service} is not confined: ${Config.User}, ${HostConfig.ReadonlyRootfs}, ${HostConfig.CapDrop}`,
      );
  }
  if (published.sort().join() !== 'gateway,mailpit')
    throw new Error(`Ports on the host: ${published.join()}`);
  say('services run as 1001 on read-only roots without capabilities; no store has a port on the host');
}

async function healthy(url) {
  const until = Date.now() + 240_000;
  for (;;) {
    const isReady = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) return;
    if (Date.now() > until) throw new Error(`${url} is not ready after four minutes`);
    await sleep(1_000);
  }
}
