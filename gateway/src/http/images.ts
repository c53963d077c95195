import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Agent, request as fetchUpstream } from 'undici';

const PASSED_ON = ['content-type', 'content-length', 'etag', 'last-modified', 'content-security-policy'];
const FOLDER = '/images/';

/**
 * Passes pictures through from the service that has them, so that a shop has one address.
 * @param upstream base URL of that service; the path is kept
 */
export function createImageProxy(upstream: string): {
  serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>;
  close(): Promise<void>;
} {
  const agent = new Agent({ connections: 32, headersTimeout: 10_000, bodyTimeout: 10_000 });
  return {
    async serve(request, response, path) {
      const picture = pictureUrl(path, upstream);
      if (!picture) return sendError(response, 404, 'There is no such picture.');
      try {
        const { statusCode, headers, body } = await fetchUpstream(picture, {
          dispatcher: agent,
          method: request.method === 'HEAD' ? 'HEAD' : 'GET',
          headers: { 'if-none-match': request.headers['if-none-match'] },
        });
        const kept = Object.fromEntries(
          PASSED_ON.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
        );
        response.writeHead(statusCode, {
          ...kept,
          // A missing picture may exist a moment later: a cache must not keep the 404.
          'cache-control': statusCode < 400 ? String(headers['cache-control'] ?? 'no-cache') : 'no-store',
          'x-content-type-options': 'nosniff',
        });
        await pipeline(body, response);
      } catch {
        // Once the head is sent, cutting the connection is the only way left to say that something is missing.
        if (response.headersSent) response.destroy();
        else sendError(response, 502, 'The pictures cannot be reached at the moment.');
      }
    },
    close: () => agent.close(),
  };
}

/**
 * The address of a picture, which is never outside `/images/`, however the path is written.
 * @param path as the client sent it
 * @returns undefined for a path that names no file below the folder
 */
export function pictureUrl(path: string, upstream: string): URL | undefined {
  if (!path.startsWith(FOLDER)) return undefined;
  const names: string[] = [];
  for (const part of path.slice(FOLDER.length).split('/')) {
    const name = decode(part);
    // No picture's name begins with a dot. A name that is encoded twice might be decoded once more behind us.
    if (!name || /^\.|[/\\%\p{Cc}]/u.test(name)) return undefined;
    names.push(name);
  }
  return new URL(FOLDER + names.map(encodeURIComponent).join('/'), upstream);
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function sendError(response: ServerResponse, status: number, error: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
    .end(JSON.stringify({ error }));
}
