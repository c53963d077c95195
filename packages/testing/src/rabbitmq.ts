import {
  findFreePort,
  manageProcess,
  spawnGuarded,
  whenPrinted,
  type ManagedProcess,
} from '@cartograph/processes';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { until } from './until.js';

const VERSIONS = '/usr/lib/rabbitmq/lib';

/**
 * The program that RABBITMQ_SERVER names, else the distribution's; the wrapper on the PATH insists on a user of its own.
 * Undefined where RabbitMQ is not installed (Debian: `apt-get install rabbitmq-server`).
 */
export function findRabbitMq(): string | undefined {
  const chosen = process.env['RABBITMQ_SERVER'];
  if (chosen) return chosen;
  if (!existsSync(VERSIONS)) return undefined;
  const programs = readdirSync(VERSIONS).map((version) => join(VERSIONS, version, 'sbin', 'rabbitmq-server'));
  return programs.find((program) => existsSync(program));
}

export interface TestRabbitMq {
  readonly url: string;
  readonly process: ManagedProcess;
  close(): Promise<void>;
}

/** A RabbitMQ of one's own on loopback, with its data in a folder that goes when it closes. Starts in about 4 s. */
export async function startTestRabbitMq(): Promise<TestRabbitMq> {
  const program = findRabbitMq();
  if (!program)
    throw new Error(`No RabbitMQ below ${VERSIONS}: install it (Debian: apt-get install rabbitmq-server).`);
  const home = mkdtempSync(join(tmpdir(), 'cartograph-rabbitmq-'));
  const [port, distributionPort, epmdPort] = [
    await findFreePort(),
    await findFreePort(),
    await findFreePort(),
  ];
  const plugins = join(home, 'enabled_plugins');
  writeFileSync(plugins, '[].');
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: `cartograph-${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    RABBITMQ_MNESIA_BASE: join(home, 'mnesia'),
    RABBITMQ_LOG_BASE: join(home, 'log'),
    RABBITMQ_ENABLED_PLUGINS_FILE: plugins,
    RABBITMQ_CONF_ENV_FILE: join(home, 'none'),
    RABBITMQ_CONFIG_FILE: join(home, 'none'),
    // Erlang takes the shell's place, so that signals reach it.
    RUNNING_UNDER_SYSTEMD: 'yes',
  };
  // A server of another system comes with an epmd of its own.
  const own = join(dirname(program), 'epmd');
  const epmdProgram = existsSync(own) ? own : 'epmd';
  // Otherwise Erlang starts its name service as a daemon that is never stopped.
  const epmd = manageProcess({
    name: 'epmd',
    program: 'epmd',
    recordFile: join(home, 'epmd.json'),
    stopSignal: 'SIGTERM',
    spawn: () => spawnGuarded(epmdProgram, [], { onParentDeath: 'SIGTERM', env }),
    ready: () => until(() => isListening(epmdPort), { what: 'epmd' }).then(() => {}),
  });
  const server = manageProcess({
    name: 'rabbitmq',
    program: 'rabbit',
    recordFile: join(home, 'rabbitmq.json'),
    stopSignal: 'SIGTERM',
    readyPatienceMs: 120_000,
    spawn: () => spawnGuarded(program, [], { onParentDeath: 'SIGKILL', env, cwd: home }),
    ready: whenPrinted(/completed with \d+ plugins/),
  });
  async function close(): Promise<void> {
    await server.stop();
    await epmd.stop();
    rmSync(home, { recursive: true, force: true });
  }
  try {
    await epmd.start();
    await server.start();
  } catch (error) {
    await close();
    throw error;
  }
  return { url: `amqp://guest:guest@127.0.0.1:${port}`, process: server, close };
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
