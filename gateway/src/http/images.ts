import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Agent, request as fetchUpstream } from 'undici';

const PASSED_ON = [
  'content-type',
  'content-length',
  'cache-control',
  'etag',
  'last-modified',
  'content-security-policy',
];

/**
 * Passes pictures through from the service that has them, so that a shop has one address.
 * @param upstream base URL of that service; the whole path is kept
 */
export function createImageProxy(upstream: string): {
  serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>;
  close(): Promise<void>;
} {
  const agent = new Agent({ connections: 32, headersTimeout: 10_000, bodyTimeout: 10_000 });
  return {
    async serve(request, response, path) {
      try {
        const { statusCode, headers, body } = await fetchUpstream(new URL(path, upstream), {
          dispatcher: agent,
          method: request.method === 'HEAD' ? 'HEAD' : 'GET',
          headers: { 'if-none-match': request.headers['if-none-match'] },
        });
        const kept = Object.fromEntries(
          PASSED_ON.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
        );
        response.writeHead(statusCode, { ...kept, 'x-content-type-options': 'nosniff' });
        await pipeline(body, response);
      } catch {
        // Once the head is sent, cutting the connection is the only way left to say that something is missing.
        if (response.headersSent) response.destroy();
        else
          response
            .writeHead(502, { 'content-type': 'application/json' })
            .end('{"error":"The pictures cannot be reached at the moment."}');
      }
    },
    close: () => agent.close(),
  };
}
