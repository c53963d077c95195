import { createServer } from 'node:net';

/** Below the range that systems take for outgoing connections, which could steal a port just found free. */
const lowest = 20_000;
const highest = 32_000;

/** Whether nothing listens on this loopback port, and the address is free to listen on. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

const handedOut = new Set<number>();

/** A free loopback port that this process has not given out before. */
export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (handedOut.has(port) || !(await isPortFree(port))) continue;
    handedOut.add(port);
    return port;
  }
  throw new Error(`No free port found between ${lowest} and ${highest} on 127.0.0.1.`);
}
