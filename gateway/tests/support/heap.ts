import { WebSocket } from 'ws';
import { until } from './gateway.js';
import type { RunningGateway } from './process.js';

/** Ask `startGateway` for this, to look into the process later. */
export const INSPECTED = ['--inspect=127.0.0.1:0'];

/** The heap of a process after garbage collection, in bytes; by Node's inspector. */
export async function heapBytes({ output }: RunningGateway): Promise<number> {
  const address = () => /Debugger listening on (ws:\S+)/.exec(output())?.[1];
  await until(() => address() !== undefined, 'the inspector');
  const socket = new WebSocket(address()!);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const ask = (method: string) =>
    new Promise<{ usedSize: number }>((resolve) => {
      socket.once('message', (text) =>
        resolve((JSON.parse(String(text)) as { result: { usedSize: number } }).result),
      );
      socket.send(JSON.stringify({ id: 1, method }));
    });
  await ask('HeapProfiler.collectGarbage');
  const { usedSize } = await ask('Runtime.getHeapUsage');
  socket.terminate();
  return usedSize;
}
