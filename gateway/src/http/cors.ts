import type { IncomingMessage, ServerResponse } from 'node:http';

/** Any port of this machine, for a front end's own development server. */
export const LOCAL_ORIGINS: readonly string[] = ['localhost', '127.0.0.1', '[::1]'].flatMap((host) => [
  `http://${host}:*`,
  `https://${host}:*`,
]);

const HEADER_NAMES = /^[\w!#$%&'*+.^`|~-]+(\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/;
const MAX_HEADER_NAMES_LENGTH = 4_096;
/** What a page may read of an answer besides its body. */
const EXPOSED = 'retry-after, www-authenticate';

export interface Cors {
  allows(origin: string): boolean;
  /**
   * Lets pages of the allowed origins read answers. Credentials such as cookies are never allowed.
   * @returns whether the request was a preflight, which is answered now: for other origins without a word about CORS
   */
  apply(request: IncomingMessage, response: ServerResponse): boolean;
}

/** @param origins exact ones, `*` for any, or with `:*` for any port */
export function createCors(origins: readonly string[]): Cors {
  const isAny = origins.includes('*');
  const exact = new Set(origins.filter((origin) => !origin.endsWith(':*')));
  const anyPort = new Set(
    origins.filter((origin) => origin.endsWith(':*')).map((origin) => origin.slice(0, -2)),
  );
  const allows = (origin: string): boolean =>
    isAny || exact.has(origin) || anyPort.has(origin.replace(/:\d{1,5}$/, ''));
  return {
    allows,
    apply(request, response) {
      const { origin } = request.headers;
      const isPreflight =
        request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
      // Also for requests without an origin, or a cache would give their answers to pages that may not read them.
      if (!isAny && origins.length > 0) response.appendHeader('vary', 'origin');
      if (origin === undefined) return false;
      const isAllowed = allows(origin);
      if (isAllowed) {
        response.setHeader('access-control-allow-origin', isAny ? '*' : origin);
        response.setHeader('access-control-expose-headers', EXPOSED);
      }
      if (!isPreflight) return false;
      // A client library may send any header of its own; the origin is what decides.
      const asked = request.headers['access-control-request-headers'] ?? '';
      response
        .writeHead(204, {
          'cache-control': 'no-store',
          ...(isAllowed && {
            'access-control-allow-methods': 'GET, HEAD, POST',
            'access-control-max-age': '600',
            ...(asked.length <= MAX_HEADER_NAMES_LENGTH &&
              HEADER_NAMES.test(asked) && { 'access-control-allow-headers': asked }),
          }),
        })
        .end();
      return true;
    },
  };
}

/** `https://shop.example.com`, with a port or with `:*` for any; or `*`. */
export function isOriginPattern(text: string): boolean {
  if (text === '*') return true;
  const origin = text.replace(/:\*$/, '');
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(origin) || !URL.canParse(origin)) return false;
  const { protocol, host } = new URL(origin);
  return `${protocol}//${host}` === origin;
}
