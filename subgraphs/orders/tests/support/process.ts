import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { clientOf, type RunningOrders, type World } from './orders.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface OrdersProcess extends Omit<RunningOrders, 'registry' | 'close'> {
  readonly pid: number;
  /** Sends SIGKILL; resolves when the process has exited. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** Runs the orders service in a separate process, from dist/. */
export async function spawnOrders(
  world: World,
  overrides: Record<string, string> = {},
): Promise<OrdersProcess> {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], ...world.env, CHECKOUT_LEASE_MS: '1500', ...overrides },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message: { port: number }) => resolve(message.port));
    void gone.then((code) => reject(new Error(`The orders process ended with ${code}; is dist/ built?`)));
  });
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return gone;
  };
  return {
    ...clientOf(`http://127.0.0.1:${port}`),
    pid: child.pid!,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
}
