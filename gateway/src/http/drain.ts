import type { IncomingMessage, ServerResponse } from 'node:http';

/** Bytes of the body that are read and discarded at most after its request was answered. */
const DRAIN_BYTES = 16 * 1024 * 1024;
const DRAIN_MS = 10_000;

/**
 * Ends a response whose request body may still be arriving. The answer goes out at once, but the connection is closed
 * only when the rest of the body has been read: closing it earlier resets the connection, and a proxy that is still
 * sending then reports 502 instead of passing the answer on. A body beyond the limits is cut off.
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-9.6
 */
export function endAfterBody(
  request: IncomingMessage,
  response: ServerResponse,
  body: string | Buffer,
): void {
  if (request.complete || request.destroyed) return void response.end(body);
  if (request.method === 'HEAD') response.flushHeaders();
  else response.write(body);
  let left = DRAIN_BYTES;
  const finish = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(finish, DRAIN_MS);
  timer.unref();
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left >= 0) return;
    clearTimeout(timer);
    request.destroy();
  });
  request.on('end', finish);
  request.on('close', finish);
  request.resume();
}
