// A separate Docker engine beside any other on this machine: the current engine, Compose and buildx are unpacked from Debian's
// packages without installing them; containerd and runc are the distribution's.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** A release of Debian whose packages have the major versions that docker-compose.yml and the Dockerfile name. */
export const RELEASE = 'forky';
const PACKAGES = ['docker.io', 'docker-cli', 'docker-compose', 'docker-buildx'];
const NEEDED = { containerd: 'containerd', runc: 'runc', debootstrap: 'debootstrap', iptables: 'iptables' };

/** Where this machine gets Debian's packages. */
export function findMirror() {
  if (process.env.PROOF_MIRROR) return process.env.PROOF_MIRROR;
  const about = ['Created-By: Packages', 'Component: main', 'Origin: Debian'];
  const list = ['indextargets', '--format', '$(REPO_URI)', ...about];
  const found = execFileSync('apt-get', list, { encoding: 'utf8' }).split('\n').filter(Boolean);
  const mirror = found.find((address) => !address.includes('security'));
  if (!mirror) throw new Error('apt has no Debian mirror: run apt-get update, or set PROOF_MIRROR.');
  return mirror;
}

export function demandTools() {
  if (process.getuid?.() !== 0) throw new Error('The proof starts a Docker engine, so it must run as root.');
  const folders = [...process.env.PATH.split(':'), '/usr/sbin', '/sbin'];
  const missing = Object.keys(NEEDED).filter(
    (tool) => !folders.some((folder) => existsSync(join(folder, tool))),
  );
  if (missing.length > 0)
    throw new Error(
      `Missing: ${missing.join(', ')}. apt-get install ${missing.map((tool) => NEEDED[tool]).join(' ')}`,
    );
}

/** Unpacks the engine and its clients into `folder`, once. */
function unpackTools(folder) {
  const tools = join(folder, 'root');
  if (existsSync(join(tools, 'complete'))) return tools;
  rmSync(folder, { recursive: true, force: true });
  for (const part of ['lists/partial', 'cache/archives/partial', 'root'])
    mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, 'sources.list'), `deb ${findMirror()} ${RELEASE} main\n`);
  const options = [
    `Dir::State::Lists=${folder}/lists`,
    `Dir::Cache=${folder}/cache`,
    `Dir::Etc::SourceList=${folder}/sources.list`,
    'Dir::Etc::SourceParts=/dev/null',
    // A frozen mirror's list of packages may be past its expiry date.
    'Acquire::Check-Valid-Until=false',
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
  const apt = (...args) =>
    execFileSync('apt-get', ['-qq', ...options, ...args], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  apt('update');
  apt('download', ...PACKAGES);
  execFileSync('sh', ['-c', 'for package in *.deb; do dpkg-deb -x "$package" root; done'], { cwd: folder });
  writeFileSync(join(tools, 'complete'), '');
  return tools;
}

/** Starts dockerd with all its state in `folder`. */
export async function startEngine(folder) {
  mkdirSync(folder, { recursive: true });
  const tools = unpackTools(join(folder, 'tools'));
  const config = join(folder, 'config');
  mkdirSync(config, { recursive: true });
  rmSync(join(config, 'cli-plugins'), { force: true });
  symlinkSync(join(tools, 'usr', 'libexec', 'docker', 'cli-plugins'), join(config, 'cli-plugins'));
  const host = `unix://${join(folder, 'docker.sock')}`;
  const env = {
    ...process.env,
    PATH: `${tools}/usr/bin:${tools}/usr/sbin:${process.env.PATH}:/usr/sbin:/sbin`,
    DOCKER_HOST: host,
    DOCKER_CONFIG: config,
  };
  const places = {
    'data-root': 'data',
    'exec-root': 'exec',
    pidfile: 'docker.pid',
  };
  const log = openSync(join(folder, 'dockerd.log'), 'w');
  const child = spawn(
    'dockerd',
    [...Object.entries(places).flatMap(([name, path]) => [`--${name}`, join(folder, path)]), '--host', host],
    { stdio: ['ignore', log, log], env },
  );
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
      if (child.exitCode !== null || tries > 300)
        throw new Error(`dockerd did not start; see ${folder}/dockerd.log`, { cause: error });
      await sleep(200);
    }
  }
  const events = watchEvents(env);
  return {
    run,
    env,
    /** Container events since the engine started: `{ action, container, seconds }`. */
    events,
    /** Waits for a number of events, which arrive while nothing else runs. */
    async seen(isSeen, what) {
      for (let tries = 0; !isSeen(); tries += 1) {
        if (tries > 300) throw new Error(`The engine reported no event of ${what}`);
        await sleep(100);
      }
    },
    docker: (...args) => run('docker', args).trim(),
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
    },
  };
}

/** The engine keeps 256 events, and every health check causes three, so the relevant ones are recorded here. */
function watchEvents(env) {
  const events = [];
  const filters = ['start', 'health_status', 'kill', 'die'].flatMap((each) => ['--filter', `event=${each}`]);
  const child = spawn('docker', ['events', '--format', '{{json .}}', ...filters], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { Action, Actor, timeNano } = JSON.parse(line);
    events.push({ action: Action, container: Actor.ID, seconds: timeNano / 1e9 });
  });
  return events;
}
