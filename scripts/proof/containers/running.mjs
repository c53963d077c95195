// A shop under Compose: the order of its start, scaling, monitoring, and its end.
import { setTimeout as sleep } from 'node:timers/promises';
import { demand, SERVICES } from './images.mjs';
import { signIn } from './inventory.mjs';

/** Each container started only after its dependencies were healthy or had ended successfully. */
export async function proveOrder({ events, seen }, { compose, containers }, say) {
  const { services } = JSON.parse(compose('config', '--format', 'json'));
  const written = Object.values(services).flatMap((each) => Object.keys(each.depends_on ?? {})).length;
  const all = new Map(containers().map((each) => [each.service, each]));
  const when = (service, action) =>
    events.find((each) => each.container === all.get(service).id && each.action === action)?.seconds;
  const ACTIONS = {
    service_healthy: 'health_status: healthy',
    service_completed_successfully: 'die',
    service_started: 'start',
  };
  await seen(() => [...all.keys()].every((service) => when(service, 'start')), 'all containers');
  let count = 0;
  for (const [service, { inspected }] of all) {
    const wanted = inspected.Config.Labels['com.docker.compose.depends_on'] ?? '';
    for (const [name, condition] of wanted
      .split(',')
      .filter(Boolean)
      .map((entry) => entry.split(':'))) {
      const isInOrder = when(name, ACTIONS[condition]) <= when(service, 'start');
      demand(isInOrder, `${service} started before ${name} met its condition: ${condition}`);
      count += 1;
    }
  }
  demand(count === written, `${count} dependencies were checked, but the file has ${written}`);
  say(`${all.size} containers started in order, after ${count} dependencies`);
}

/** Each of several containers of one service receives requests. */
export async function proveScale({ docker }, { url, containers, walk }, service, count, say) {
  const ids = () =>
    containers()
      .filter((each) => each.service === service)
      .map(({ id }) => id);
  const metrics =
    "fetch('http://127.0.0.1:4000/metrics').then((r) => r.text()).then((text) => console.log(text))";
  const requestsOf = (id) =>
    [
      ...docker('exec', id, 'node', '-e', metrics).matchAll(
        /^cartograph_graphql_request_duration_seconds_count\{.*\} (\d+)$/gm,
      ),
    ].reduce((sum, [, requests]) => sum + Number(requests), 0);
  demand(ids().length === count, `${ids().length} containers of ${service}, not ${count}`);
  for (let tries = 0; ; tries += 1) {
    const states = containers()
      .filter((each) => each.service === service)
      .map(({ inspected }) => inspected.State.Health.Status);
    if (states.every((state) => state === 'healthy')) break;
    demand(tries < 120, `${service} is ${states}`);
    await sleep(1_000);
  }
  await walk();
  // Sequential requests may all use one connection; several at once need several. Each is different, because the gateway shares
  // equal requests that run at the same time.
  const ask = await signIn(url);
  for (let tries = 0; ids().some((id) => requestsOf(id) === 0); tries += 1) {
    demand(tries < 20, `Some of the ${count} containers of ${service} never received a request`);
    await Promise.allSettled(
      Array.from({ length: 12 }, (_, index) => ask(`{ orders(first: ${index + 1}) { nodes { id } } }`)),
    );
  }
  say(
    `--scale ${service}=${count}: the walk passes; requests answered by each: ${ids().map(requestsOf).join(', ')}`,
  );
}

/** Prometheus, of the profile observability, scrapes every container. */
export async function proveWatch(compose, replicas, say) {
  const profile = ['--profile', 'observability'];
  compose(...profile, 'up', '--detach', '--no-deps', 'prometheus', 'postgres-exporter', 'redis-exporter');
  const query = (text) =>
    compose(
      ...profile,
      'exec',
      '-T',
      'prometheus',
      'promtool',
      'query',
      'instant',
      'http://localhost:9090',
      text,
    );
  const wanted = [
    ...Object.entries(replicas).map(([target, count]) => [
      `count(up{job="cartograph",target="${target}"} == 1)`,
      count,
    ]),
    ...['postgres', 'redis', 'rabbitmq', 'prometheus'].map((job) => [`count(up{job="${job}"} == 1)`, 1]),
    ['pg_up', 1],
    ['redis_up', 1],
  ];
  for (let tries = 0; ; tries += 1) {
    const missing = wanted.filter(([text, count]) => {
      try {
        return !new RegExp(`=> ${count} @`).test(query(text));
      } catch {
        return true;
      }
    });
    if (missing.length === 0) break;
    demand(tries < 30, `Prometheus does not see ${missing.join(' ')}`);
    await sleep(3_000);
  }
  compose(...profile, 'rm', '--force', '--stop', 'prometheus', 'postgres-exporter', 'redis-exporter');
  say(
    'Prometheus meets every container of every service, Postgres and Redis by their exporters, RabbitMQ and itself',
  );
}

/** After `docker compose stop`: every service ended on its own with 0, within 10 s. */
export async function proveExits({ events, seen }, containers, say) {
  const stopped = containers().filter(({ service }) => SERVICES.includes(service));
  const last = (id, action) =>
    events.findLast((each) => each.container === id && each.action === action)?.seconds;
  await seen(() => stopped.every(({ id }) => last(id, 'die') >= last(id, 'kill')), 'the end of all services');
  const took = [];
  for (const { id, service, inspected } of stopped) {
    const { ExitCode, OOMKilled } = inspected.State;
    demand(ExitCode === 0 && !OOMKilled, `${service} ended with ${ExitCode}, not 0, when it was stopped`);
    took.push(last(id, 'die') - last(id, 'kill'));
    demand(took.at(-1) < 10, `${service} took ${took.at(-1)} s to end`);
  }
  say(
    `SIGTERM: ${took.length} processes drained and ended with 0, the slowest after ${Math.max(...took).toFixed(1)} s`,
  );
}

/** Mailpit's stand-in reports how many e-mails it received. */
export async function proveMail(port, say) {
  const { messages } = await (await fetch(`http://127.0.0.1:${port}`)).json();
  demand(messages >= 2, `Only ${messages} e-mails were sent`);
  say(`${messages} e-mails were sent over SMTP`);
}

/** After `docker compose down --volumes`. */
export function proveNothingLeft({ docker }, say) {
  for (const list of [
    ['ps', '--all', '--quiet'],
    ['volume', 'ls', '--quiet'],
    ['network', 'ls', '--quiet', '--filter', 'type=custom'],
  ])
    demand(docker(...list) === '', `docker ${list.join(' ')} still lists something`);
  say('docker compose down --volumes left no container, volume or network');
}
