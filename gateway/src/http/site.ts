import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { readClientPages } from './client-pages.js';
import { GRAPHIQL_PAGE, landingPage, PAGE_POLICY, SANDBOX_PAGE, SANDBOX_SCRIPT } from './pages.js';
import type { ProductLookup } from './product-lookup.js';
import { isFolder, sendFile, sendIndex } from './static-files.js';

// Beside this file when built; tests run from src/ and find what the build has made.
const GRAPHIQL_FOLDER = fileURLToPath(new URL('../../dist/graphiql', import.meta.url));

export interface SiteOptions {
  /** The built client, served at `/`; undefined for the gateway's own first page. */
  readonly clientFolder: string | undefined;
  /** Where the client may load pictures from and connect to, besides the gateway itself. */
  readonly clientPolicy: string;
  /** Serves `/images/`; undefined where there are none. */
  readonly images:
    { serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> } | undefined;
  readonly subgraphs: () => readonly string[];
  /** Product pages of unknown products are answered with status 404. */
  readonly findProduct: ProductLookup;
}

/** Everything a browser opens that is not GraphQL: the client, GraphiQL, Sandbox, the first page. */
export function createSite(options: SiteOptions): {
  serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>;
  landing(response: ServerResponse): void;
} {
  const html = (response: ServerResponse, text: string, policy: string): void => {
    response
      .writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': policy,
        'cache-control': 'no-cache',
        'x-content-type-options': 'nosniff',
      })
      .end(text);
  };
  const landing = (response: ServerResponse): void =>
    html(response, landingPage(options.subgraphs()), PAGE_POLICY.landing);
  const notFound = (response: ServerResponse, path: string): void => {
    response
      .writeHead(404, {
        'content-type': 'application/json; charset=utf-8',
        // During a rolling deploy another process may have the file a moment later.
        'cache-control': 'no-store',
      })
      .end(JSON.stringify({ error: `There is nothing at ${path.slice(0, 200)}.` }));
  };
  let pages: ReturnType<typeof readClientPages> | undefined;
  /** 404 also for addresses that lead nowhere: the client says so in words. */
  const clientStatus = async (folder: string, path: string): Promise<200 | 404> => {
    const place = (await (pages ??= readClientPages(folder)))(path);
    if (place.kind !== 'product') return place.kind === 'page' ? 200 : 404;
    // While the catalogue cannot be asked, the page is served: it says so, and tries again.
    return (await options.findProduct(place.sku)) === false ? 404 : 200;
  };
  return {
    landing,
    async serve(request, response, path) {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        return void response
          .writeHead(405, { allow: 'GET, HEAD', 'content-type': 'application/json' })
          .end('{"error":"Expected GET."}');
      }
      if (path === '/graphiql') return html(response, GRAPHIQL_PAGE, PAGE_POLICY.graphiql);
      if (path === '/sandbox') return html(response, SANDBOX_PAGE, PAGE_POLICY.sandbox);
      if (path === '/sandbox/start.js')
        return void response
          .writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' })
          .end(SANDBOX_SCRIPT);
      if (path.startsWith('/graphiql/')) {
        if (!(await sendFile(request, response, GRAPHIQL_FOLDER, path.slice('/graphiql'.length))))
          notFound(response, path);
        return;
      }
      if (options.images && path.startsWith('/images/')) return options.images.serve(request, response, path);
      const folder = options.clientFolder;
      if (!folder) return path === '/' ? landing(response) : notFound(response, path);
      // Files are known by their folder, never by their name: a product's SKU may end like one (`ART.RED`, `x.js`).
      const [, first = '', ...rest] = path.split('/');
      const isBelowFolder = rest.length > 0 && first !== '' && (await isFolder(folder, first));
      if (isBelowFolder || (rest.length === 0 && isPublicFile(first))) {
        if (await sendFile(request, response, folder, path)) return;
        if (isBelowFolder) return notFound(response, path);
      }
      await sendIndex(response, folder, options.clientPolicy, await clientStatus(folder, path));
    },
  };
}

/** A file beside index.html, such as favicon.svg. What the gateway reads itself is not for browsers. */
const isPublicFile = (name: string): boolean => name !== '' && name !== 'index.html' && name !== 'pages.json';
