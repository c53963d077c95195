// What a container may do, and what it can reach.
import { demand, SERVICES } from './images.mjs';

/** Runs inside each service's container and describes its process 1. */
const LOOK = `
  const { readFileSync, writeFileSync } = require('node:fs');
  const status = readFileSync('/proc/1/status', 'utf8');
  const of = (name) => new RegExp('^' + name + ':\\\\s+(\\\\S+)', 'm').exec(status)[1];
  let root = 'writable';
  try { writeFileSync('/app/probe', ''); } catch (error) { root = error.code; }
  writeFileSync('/tmp/probe', '');
  const command = readFileSync('/proc/1/cmdline', 'utf8').split('\\0')[0];
  console.log(JSON.stringify({ uid: of('Uid'), capabilities: of('CapEff'), bounding: of('CapBnd'), privileges: of('NoNewPrivs'), root, command }));
`;

const CONNECT = (host, port) =>
  `require('node:net').connect({ host: '${host}', port: ${port}, timeout: 4000 })
     .on('connect', () => process.exit(0)).on('timeout', () => process.exit(1)).on('error', () => process.exit(1))`;

export function proveConfinement({ docker }, containers, say) {
  const published = [];
  for (const { id, service, inspected } of containers()) {
    const { HostConfig, NetworkSettings, State } = inspected;
    if (Object.values(NetworkSettings.Ports ?? {}).some(Boolean)) published.push(service);
    if (service.endsWith('-migration'))
      demand(State.ExitCode === 0, `${service} ended with ${State.ExitCode}`);
    demand(HostConfig.Memory > 0, `${service} has no limit on memory`);
    if (!SERVICES.includes(service)) continue;
    demand(HostConfig.NanoCpus > 0, `${service} has no limit on processors`);
    const found = JSON.parse(docker('exec', id, 'node', '-e', LOOK));
    const none = '0000000000000000';
    const expected = {
      uid: '1001',
      capabilities: none,
      bounding: none,
      privileges: '1',
      root: 'EROFS',
      command: 'node',
    };
    demand(
      JSON.stringify(found) === JSON.stringify(expected),
      `${service} is not confined: ${JSON.stringify(found)}`,
    );
  }
  demand(published.sort().join() === 'gateway,mailpit', `Ports on the host: ${published.join()}`);
  say(
    'services are uid 1001 on read-only roots with no capability to have or to gain; only gateway and mailpit have a port',
  );
}

/** Only services reach stores, and services reach the outside only if they need to. */
export function proveNetworks(engine, containers, port, say) {
  const idOf = (name) => containers().find(({ service }) => service === name).id;
  const reaches = (from, host, port) =>
    succeeds(engine, 'exec', idOf(from), 'node', '-e', CONNECT(host, port));
  for (const [host, its] of [
    ['postgres', 5432],
    ['mongodb', 27017],
    ['redis', 6379],
    ['rabbitmq', 5672],
  ]) {
    demand(reaches('orders', host, its), `orders does not reach ${host}`);
    demand(!reaches('mailpit', host, its), `mailpit, which is open to the host, reaches ${host}`);
  }
  const gate = engine.docker(
    'network',
    'inspect',
    '--format',
    '{{(index .IPAM.Config 0).Gateway}}',
    'cartograph_edge',
  );
  // Something that listens beyond the containers' networks: the port that the gateway has on the host.
  demand(reaches('notifications', gate, port), 'notifications has no way out for mail and webhooks');
  demand(!reaches('orders', gate, port), 'orders has a way out');
  say('stores are reached by services only; orders has no way out, notifications has one');
}

export function proveRoles(engine, containers, env, say) {
  const { id } = containers().find(({ service }) => service === 'postgres');
  const names = SERVICES.filter((name) => env[`${name.toUpperCase()}_DB_PASSWORD`]);
  demand(names.length >= 4, `Databases of ${names.join()} only`);
  const connects = (role, database) => {
    const password = env[`${role.toUpperCase()}_DB_PASSWORD`];
    const url = `postgres://${role}:${password}@127.0.0.1/${database}`;
    return succeeds(engine, 'exec', id, 'psql', url, '-c', 'SELECT 1');
  };
  for (const role of names)
    for (const database of names)
      demand(connects(role, database) === (role === database), `${role} and the database of ${database}`);
  say(`each of ${names.length} roles opens its own database and no other`);
}

function succeeds({ run }, ...args) {
  try {
    run('docker', args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
