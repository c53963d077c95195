import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Tells browsers to come by HTTPS only, where a request came so: a trusted proxy says it in `X-Forwarded-Proto`.
 * @param maxAge seconds that browsers keep to it
 * @param trustedProxies proxies before the gateway; 0: the header may come from anyone and is not read
 * @returns adds the header; undefined where it never would be added
 * @see https://www.rfc-editor.org/rfc/rfc6797#section-7.2
 */
export function createTransportSecurity(
  maxAge: number,
  trustedProxies: number,
): ((request: IncomingMessage, response: ServerResponse) => void) | undefined {
  if (maxAge === 0 || trustedProxies === 0) return undefined;
  const value = `max-age=${maxAge}`;
  return ({ headers }, response) => {
    const given = headers['x-forwarded-proto'];
    if (given === undefined) return;
    // The proxy that the client called is the first of those that are ours.
    const schemes = String(given).split(',').slice(-trustedProxies);
    if (schemes[0]!.trim().toLowerCase() === 'https') response.setHeader('strict-transport-security', value);
  };
}
