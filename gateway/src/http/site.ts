import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { GRAPHIQL_PAGE, landingPage, PAGE_POLICY, SANDBOX_PAGE, SANDBOX_SCRIPT } from './pages.js';
import { sendFile, sendIndex } from './static-files.js';

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
      .writeHead(404, { 'content-type': 'application/json; charset=utf-8' })
      .end(JSON.stringify({ error: `There is nothing at ${path.slice(0, 200)}.` }));
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
      if (path !== '/' && path !== '/index.html' && (await sendFile(request, response, folder, path))) return;
      // A missing script or picture is an error; anything else is an address inside the client.
      if (/\.\w+$/.test(path) && path !== '/index.html') return notFound(response, path);
      await sendIndex(response, folder, options.clientPolicy);
    },
  };
}
