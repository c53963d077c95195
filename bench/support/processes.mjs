// Starting, pinning and weighing the processes that a benchmark measures.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const canPin = spawnSync('taskset', ['-c', '0', 'true']).status === 0;

/** A benchmark's processes; none of them outlives it. */
export class Processes {
  #running = new Set();

  constructor() {
    process.once('exit', () => this.end());
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  }

  /** Starts a script of Node's on one core, where the machine lets us choose. */
  start(core, args, env = {}) {
    const [command, rest] = canPin
      ? ['taskset', ['-c', String(core), process.execPath, ...args]]
      : [process.execPath, args];
    const child = spawn(command, rest, {
      stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, NODE_ENV: 'production', ...env },
    });
    child.errors = '';
    child.stderr.on('data', (chunk) => (child.errors = (child.errors + chunk).slice(-2000)));
    child.once('exit', () => this.#running.delete(child));
    this.#running.add(child);
    return child;
  }

  end() {
    for (const child of this.#running) child.kill('SIGKILL');
    this.#running.clear();
  }
}

/** The JSON that a process prints as its first line. */
export function firstLine(child) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve(JSON.parse(text.slice(0, text.indexOf('\n'))));
    });
    child.once('exit', () => reject(new Error(child.errors)));
  });
}

export function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** User and system time of a process in milliseconds; 100 ticks a second on every Linux there is. */
export function cpuOf({ pid }) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Resident memory of a process in MiB. */
export function memoryOf({ pid }) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
