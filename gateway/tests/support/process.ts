import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// Built by the pretest script.
const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** The gateway as operators run it: a process of its own. */
export interface RunningGateway {
  readonly process: ChildProcess;
  /** All that it has written so far. */
  readonly output: () => string;
  readonly exit: Promise<number | null>;
  port(): Promise<number>;
}

const running: RunningGateway[] = [];

export function startGateway(
  args: readonly string[],
  environment: Record<string, string> = {},
  nodeOptions: readonly string[] = [],
): RunningGateway {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [...nodeOptions, main, ...args], {
    env: { PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  const listening = new Promise<number>((resolve, reject) => {
    child.on('message', (message: { port?: number }) => message.port && resolve(message.port));
    child.once('exit', () => reject(new Error(`The gateway ended before it listened:\n${output}`)));
  });
  // Only who waits for the port minds.
  listening.catch(() => undefined);
  const one: RunningGateway = {
    process: child,
    output: () => output,
    exit: new Promise((resolve) => child.once('close', resolve)),
    port: () => listening,
  };
  running.push(one);
  return one;
}

/** Kills every gateway that was started; for afterEach or afterAll. */
export async function killGateways(): Promise<void> {
  for (const { process: child, exit } of running.splice(0)) {
    child.kill('SIGKILL');
    await exit;
  }
}
