import type { IncomingMessage, ServerResponse } from 'node:http';

const ALLOWED_HEADERS =
  'content-type, authorization, accept, apollo-require-preflight, apollographql-client-name, apollographql-client-version, x-request-id, traceparent';

/**
 * Lets pages of the configured origins read answers. Cookies play no part, so credentials are never allowed.
 * @returns whether the request was a preflight, which is answered now
 */
export function applyCors(
  request: IncomingMessage,
  response: ServerResponse,
  origins: readonly string[],
): boolean {
  const origin = request.headers.origin;
  if (origin === undefined) return false;
  const isAny = origins.includes('*');
  if (isAny || origins.includes(origin))
    response.setHeader('access-control-allow-origin', isAny ? '*' : origin);
  if (!isAny) response.setHeader('vary', 'origin');
  if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined)
    return false;
  response
    .writeHead(204, {
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': ALLOWED_HEADERS,
      'access-control-max-age': '600',
    })
    .end();
  return true;
}
