// A Docker engine of one's own, from Debian's packages, beside any other on this machine.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const NEEDED = {
  dockerd: 'docker.io',
  docker: 'docker.io',
  'docker-compose': 'docker-compose',
  debootstrap: 'debootstrap',
  iptables: 'iptables',
};

export function demandTools() {
  const missing = Object.keys(NEEDED).filter(
    (tool) =>
      !process.env.PATH.split(':')
        .concat('/usr/sbin', '/sbin')
        .some((folder) => existsSync(join(folder, tool))),
  );
  if (process.getuid?.() !== 0) throw new Error('The proof starts a Docker engine, so it must run as root.');
  if (missing.length > 0)
    throw new Error(
      `Missing: ${missing.join(', ')}. apt-get install ${[...new Set(missing.map((tool) => NEEDED[tool]))].join(' ')}`,
    );
}

/** Starts dockerd with all its state in `folder`. */
export async function startEngine(folder) {
  mkdirSync(folder, { recursive: true });
  const host = `unix://${join(folder, 'docker.sock')}`;
  const log = openSync(join(folder, 'dockerd.log'), 'a');
  const child = spawn(
    'dockerd',
    [
      '--data-root',
      join(folder, 'data'),
      '--exec-root',
      join(folder, 'exec'),
      '--host',
      host,
      '--pidfile',
      join(folder, 'docker.pid'),
    ],
    { stdio: ['ignore', log, log], env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` } },
  );
  const env = { ...process.env, DOCKER_HOST: host, DOCKER_BUILDKIT: '0', COMPOSE_DOCKER_CLI_BUILD: '0' };
  const run = (command, args, options = {}) =>
    execFileSync(command, args, {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 1 << 28,
      ...options,
    });
  for (let tries = 0; ; tries += 1) {
    try {
      run('docker', ['version'], { stdio: 'ignore' });
      break;
    } catch (error) {
      if (child.exitCode !== null || tries > 100)
        throw new Error(`dockerd did not start; see ${folder}/dockerd.log`, { cause: error });
      await sleep(200);
    }
  }
  return {
    run,
    env,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
    },
  };
}
