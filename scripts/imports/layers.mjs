// Which part of the code may import which. `scripts/imports.mjs` checks it and draws it.

/**
 * The gateway's layers, the lowest first. A file imports from its own layer and from those before it.
 * `pipeline` and `start` are files at the top of gateway/src, the others are folders.
 */
export const GATEWAY_LAYERS = [
  { name: 'json', path: '^gateway/src/json/', does: 'JSON values and texts, exact numbers, paths, errors' },
  { name: 'observe', path: '^gateway/src/observe/', does: 'metrics, access log, spans' },
  { name: 'scope', path: '^gateway/src/scope/', does: 'who asks, and what goes on to every fetch' },
  { name: 'operation', path: '^gateway/src/operation/', does: 'a text becomes a plan' },
  { name: 'execution', path: '^gateway/src/execution/', does: 'runs a plan, writes the answer' },
  { name: 'admission', path: '^gateway/src/admission/', does: 'decides whether an operation may run' },
  { name: 'subscriptions', path: '^gateway/src/subscriptions/', does: 'streams' },
  {
    name: 'pipeline',
    path: '^gateway/src/(pipeline|extensions)[.]ts$',
    does: 'takes a request through all of it',
  },
  { name: 'http', path: '^gateway/src/http/', does: 'HTTP and WebSocket, pages, files' },
  {
    name: 'start',
    path: '^gateway/src/(?!pipeline|extensions)[^/]+[.]ts$',
    does: 'configuration, wiring, signals',
  },
];

/** Of a subgraph, the lowest first; each is a folder or a file of its src/. */
export const SUBGRAPH_LAYERS = [
  { name: 'domain', files: 'domain/', does: 'state and rules, without IO' },
  { name: 'store', files: 'store/', does: 'tables, queries, migrations' },
  { name: 'use cases', files: 'use-cases/', does: 'load, decide, save, publish' },
  { name: 'resolvers', files: 'resolvers/', does: 'argument, use case, result' },
  { name: 'app', files: '(app|main)[.]ts', does: 'the subgraph as a value, its start' },
];

/** Packages, the lowest first: one imports only those before it. `testing` and `launcher` are for development. */
export const PACKAGE_LAYERS = ['money', 'events', 'kit'];

/** Engines whose parts call each other because what they evaluate is nested. */
const RECURSIVE_ENGINES = '^packages/document-store/src/(aggregate|query)/';

const inSubgraphs = (files) => `^subgraphs/([^/]+)/src/${files}`;
const inSameSubgraph = (files) => `^subgraphs/$1/src/${files}`;
const upward = (layers, pathOf) =>
  layers.slice(0, -1).map((layer, index) => ({
    from: layer,
    to: layers.slice(index + 1).map((higher) => pathOf(higher)),
  }));

export const RULES = [
  {
    name: 'no-cycle',
    comment: 'Files that import each other are one file, or have a common part that belongs below both.',
    severity: 'error',
    from: { path: '^(gateway|packages/[^/]+|subgraphs/[^/]+)/src/', pathNot: RECURSIVE_ENGINES },
    to: { circular: true },
  },
  {
    name: 'no-cycle-beyond-an-engine',
    comment:
      'Within one engine that evaluates nested expressions cycles are natural; beyond it they are not.',
    severity: 'error',
    from: { path: RECURSIVE_ENGINES },
    to: { circular: true, via: { pathNot: RECURSIVE_ENGINES } },
  },
  ...upward(GATEWAY_LAYERS, ({ path }) => path).map(({ from, to }) => ({
    name: `gateway-${from.name}-imports-down`,
    comment: `${from.name} (${from.does}) imports nothing of the layers above it.`,
    severity: 'error',
    from: { path: from.path },
    to: { path: to },
  })),
  ...upward(SUBGRAPH_LAYERS, ({ files }) => inSameSubgraph(files)).map(({ from, to }) => ({
    name: `subgraph-${from.name.replace(' ', '-')}-imports-down`,
    comment: `${from.name} (${from.does}) imports nothing of the layers above it.`,
    severity: 'error',
    from: { path: inSubgraphs(from.files) },
    to: { path: to },
  })),
  {
    name: 'no-subgraph-imports-another',
    comment: 'A subgraph calls another by GraphQL, or consumes its events.',
    severity: 'error',
    from: { path: '^subgraphs/([^/]+)/src/' },
    to: { path: '^(gateway/|subgraphs/)', pathNot: '^subgraphs/$1/' },
  },
  {
    name: 'gateway-knows-no-subgraph',
    comment: 'The gateway serves any supergraph.',
    severity: 'error',
    from: { path: '^gateway/src/' },
    to: { path: '^subgraphs/' },
  },
  {
    name: 'packages-know-no-service',
    comment: 'A package has no part of a subgraph or the gateway in it.',
    severity: 'error',
    from: { path: '^packages/[^/]+/src/' },
    to: { path: '^(gateway|subgraphs)/' },
  },
  ...PACKAGE_LAYERS.slice(0, -1).map((name, index) => ({
    name: `${name}-imports-down`,
    comment: `Packages build on each other in this order: ${PACKAGE_LAYERS.join(', ')}.`,
    severity: 'error',
    from: { path: `^packages/${name}/src/` },
    to: { path: PACKAGE_LAYERS.slice(index + 1).map((higher) => `^packages/${higher}/`) },
  })),
];
