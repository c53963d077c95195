/** What the pages and the files they load may do; Sandbox is the one page that needs the internet. */
export const PAGE_POLICY = {
  // Monaco styles its tokens inline and draws its icons from data: URLs.
  graphiql:
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; worker-src 'self' blob:; connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'",
  sandbox:
    "default-src 'self'; script-src 'self' https://embeddable-sandbox.cdn.apollographql.com; style-src 'unsafe-inline'; img-src 'self' data: https:; frame-src https://sandbox.embed.apollographql.com; connect-src 'self' ws: wss: https:; frame-ancestors 'none'; base-uri 'none'",
  landing:
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
} as const;

const page = (title: string, head: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>${head}</head><body>${body}</body></html>`;

export const GRAPHIQL_PAGE = page(
  'GraphiQL',
  '<link rel="stylesheet" href="/graphiql/main.css"><style>html,body,#graphiql{height:100%;margin:0}</style>',
  '<div id="graphiql">Loading …</div><script type="module" src="/graphiql/main.js"></script>',
);

export const SANDBOX_PAGE = page(
  'Apollo Sandbox',
  '<style>html,body,#sandbox{height:100%;margin:0;font-family:system-ui}</style>',
  '<div id="sandbox"><p style="padding:1rem">Apollo Sandbox comes from apollographql.com; without internet use <a href="/graphiql">GraphiQL</a>, which is served from here.</p></div><script src="https://embeddable-sandbox.cdn.apollographql.com/_latest/embeddable-sandbox.umd.production.min.js"></script><script src="/sandbox/start.js"></script>',
);

export const SANDBOX_SCRIPT = `if (window.EmbeddedSandbox) new window.EmbeddedSandbox({ target: '#sandbox', initialEndpoint: location.origin + '/graphql', initialSubscriptionEndpoint: location.origin.replace(/^http/, 'ws') + '/graphql', includeCookies: false });`;

/** The first page of a gateway that serves no client: where things are. */
export function landingPage(subgraphs: readonly string[]): string {
  const names =
    subgraphs.map((name) => `<code>${escape(name)}</code>`).join(', ') ||
    'none yet: the supergraph has not loaded';
  return page(
    'Cartograph gateway',
    '<style>body{font:16px/1.6 system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem;color-scheme:light dark;background:Canvas;color:CanvasText}h1{font-size:1.6rem}code{font-size:.95em}dt{font-weight:600;margin-top:.8rem}dd{margin:0}</style>',
    `<h1>Cartograph gateway</h1><p>One GraphQL endpoint over these subgraphs: ${names}.</p><dl>
<dt><a href="/graphiql">GraphiQL</a></dt><dd>Explore and run operations, subscriptions included. Served from here, works without internet.</dd>
<dt><a href="/sandbox">Apollo Sandbox</a></dt><dd>Apollo’s explorer; loads from apollographql.com.</dd>
<dt><code>/graphql</code></dt><dd>Queries by GET or POST, mutations by POST; subscriptions over WebSocket (<code>graphql-transport-ws</code>), as <code>text/event-stream</code>, or as <code>multipart/mixed; subscriptionSpec=1.0</code>.</dd>
<dt><a href="/healthz"><code>/healthz</code></a>, <a href="/readyz"><code>/readyz</code></a>, <a href="/metrics"><code>/metrics</code></a></dt><dd>For operators.</dd></dl>`,
  );
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
