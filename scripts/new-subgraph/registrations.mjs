// The files outside of subgraphs/ that list the subgraphs. Entries of Compose and Kubernetes are copied from those of orders,
// a service with the same kind of store.

/** @typedef {import('./names.mjs').Names} Names */
/** @typedef {(text: string, names: Names) => string | undefined} Change gives undefined if it finds no place */

const ORDERS = 'orders';

const likeOrders = (text, { name, NAME }) =>
  text.replaceAll(ORDERS, name).replaceAll(ORDERS.toUpperCase(), NAME);

const lastMatch = (text, pattern) =>
  [...text.matchAll(new RegExp(pattern.source, `${pattern.flags}g`))].at(-1);

function insertAt(text, index, addition) {
  return text.slice(0, index) + addition + text.slice(index);
}

/**
 * Puts an addition after the last match of a pattern.
 * @param {RegExp} pattern
 * @param {(names: Names, text: string) => string | undefined} addition
 * @returns {Change}
 */
const afterLast = (pattern, addition) => (text, names) => {
  const last = lastMatch(text, pattern);
  const added = last && addition(names, text);
  return added === undefined ? undefined : insertAt(text, last.index + last[0].length, added);
};

/**
 * Puts a copy of what `model` matches, with the new name for orders, after the last match of `pattern`.
 * @returns {Change}
 */
const copyAfterLast = (pattern, model) =>
  afterLast(pattern, (names, text) => {
    const found = model.exec(text);
    return found ? likeOrders(found[0], names) : undefined;
  });

/** @returns {Change} */
const inOrder =
  (...changes) =>
  (text, names) =>
    changes.reduce((soFar, change) => (soFar === undefined ? undefined : change(soFar, names)), text);

/**
 * Every list of services, as `[users, orders, payments, notifications]` or `users orders payments notifications`, gets the
 * new one at its end.
 * @type {Change}
 */
const inEachList = (text, { name }) => {
  const longer = text
    .replaceAll(/\borders, payments, notifications(?:, [a-z]+)*/g, `$&, ${name}`)
    .replaceAll(/\borders payments notifications(?: [a-z]+)*/g, `$& ${name}`);
  return longer === text ? undefined : longer;
};

/** `…,orders=http://orders:4000/graphql,…` gets the same for the new subgraph at its end. */
const subgraphUrls = (text, names) => {
  const line = /^.*SUBGRAPH_URLS[=:].*$/m.exec(text);
  const own = line && /,orders=[^,\s'"]+/.exec(line[0]);
  if (!own) return undefined;
  const urls = /[^\s'"]+=http[^\s'"]*/.exec(line[0]);
  return insertAt(text, line.index + urls.index + urls[0].length, likeOrders(own[0], names));
};

/**
 * Files that list all subgraphs. `needed`: without the entry the new subgraph does not start, compose or pass lint.
 * @type {readonly { file: string, needed?: boolean, change: Change }[]}
 */
export const registrations = [
  {
    file: 'schema/supergraph.yaml',
    needed: true,
    change: (text, { name, port }) => `${text.trimEnd()}
  ${name}:
    routing_url: http://localhost:${port}/graphql
    schema:
      file: ../subgraphs/${name}/schema.graphql
`,
  },
  {
    file: 'eslint.config.js',
    needed: true,
    change: afterLast(/const otherSubgraphs = \[[^\]]*(?=\])/, ({ name }) => `, '${name}'`),
  },
  {
    file: 'packages/launcher/src/stack/services.ts',
    needed: true,
    change: afterLast(
      /^ {2}subgraph\(.*\),\n/m,
      ({ name, NAME, port }) =>
        `  subgraph('${name}', ${Number(port) - 4000}, { ${NAME}_DATABASE_URL: postgres('${name}') }),\n`,
    ),
  },
  {
    file: 'docker-bake.hcl',
    change: afterLast(/^ +"subgraphs\/\w+",\n/m, ({ name }) => `      "subgraphs/${name}",\n`),
  },
  {
    file: 'docker-compose.yml',
    change: inOrder(
      copyAfterLast(/^ {2}[A-Z]+_URL: http:.*\n/m, /^ {2}ORDERS_URL: .*\n/m),
      subgraphUrls,
      copyAfterLast(
        /^ {2}gateway:\n(?:(?: {4}.*)?\n)*? {4}depends_on:\n(?: {6}.*\n)+/m,
        /^ {6}orders: \{ condition: service_healthy \}\n/m,
      ),
      copyAfterLast(
        /^ {2}orders-migration:\n(?: {4}.*\n)+\n/m,
        /^ {2}orders:\n[^]*?^ {2}orders-migration:\n(?: {4}.*\n)+\n/m,
      ),
      copyAfterLast(/^ {6}[A-Z]+_DB_PASSWORD: .*\n/m, /^ {6}ORDERS_DB_PASSWORD: .*\n/m),
    ),
  },
  { file: '.env.example', change: copyAfterLast(/^[A-Z]+_DB_PASSWORD=.*\n/m, /^ORDERS_DB_PASSWORD=.*\n/m) },
  ...[
    'scripts/docker/postgres-init.sh',
    'observability/prometheus/prometheus.yml',
    'k8s/overlays/local/stores/postgres-init.sh',
    'k8s/overlays/local/stores/network.yaml',
    'k8s/overlays/production/network.yaml',
    '.github/workflows/images.yml',
    '.github/workflows/deploy.yml',
  ].map((file) => ({ file, change: inEachList })),
  {
    file: 'k8s/base/kustomization.yaml',
    change: copyAfterLast(/^ {2}- (?:orders|payments|notifications)\n/m, /^ {2}- orders\n/m),
  },
  {
    file: 'k8s/base/migrations/kustomization.yaml',
    change: copyAfterLast(/^ {2}- \w+\.yaml\n/m, /^ {2}- orders\.yaml\n/m),
  },
  {
    file: 'k8s/base/addresses.env',
    change: inOrder(
      copyAfterLast(/^[A-Z]+_URL=http:\/\/\w+-service:\d+\n/m, /^ORDERS_URL=.*\n/m),
      subgraphUrls,
    ),
  },
  {
    file: 'k8s/overlays/local/kustomization.yaml',
    change: copyAfterLast(
      /^ {2}- name: \w+-stores\n(?: {4}.*\n)+/m,
      /^ {2}- name: orders-stores\n(?: {4}.*\n)+/m,
    ),
  },
  {
    file: 'k8s/overlays/local/stores/kustomization.yaml',
    change: copyAfterLast(/^ +[A-Z]+_DB_PASSWORD=\w+,\n/m, /^ +ORDERS_DB_PASSWORD=.*\n/m),
  },
  {
    file: 'k8s/overlays/production/kustomization.yaml',
    change: inOrder(
      copyAfterLast(
        /^ {2}- name: \w+-stores\n {4}envs: .*\n/m,
        /^ {2}- name: orders-stores\n {4}envs: .*\n/m,
      ),
      copyAfterLast(
        /^ {2}- name: ghcr\.io\/.*\n {4}digest: .*\n/m,
        /^ {2}- name: ghcr\.io\/cartograph\/orders\n {4}digest: .*\n/m,
      ),
    ),
  },
];

/** New files beside the subgraph's own folder, each a copy of the one for orders. */
export const copies = [
  { from: 'k8s/base/orders/kustomization.yaml', to: ({ name }) => `k8s/base/${name}/kustomization.yaml` },
  { from: 'k8s/base/migrations/orders.yaml', to: ({ name }) => `k8s/base/migrations/${name}.yaml` },
  {
    from: 'k8s/overlays/production/secrets/orders-stores.env.example',
    to: ({ name }) => `k8s/overlays/production/secrets/${name}-stores.env.example`,
  },
].map(({ from, to }) => ({ from, to, change: likeOrders }));
