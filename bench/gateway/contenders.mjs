import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const hive = here('./node_modules/@graphql-hive/gateway/dist/bin.js');

const cartograph = {
  script: here('../../gateway/dist/main.js'),
  args: ({ port, supergraph }) => ['--supergraph', supergraph, '--port', String(port)],
  // No other contender limits or sheds load, nor logs each operation, unless it is told to.
  env: { RATE_LIMIT_PER_MINUTE: '0', SHED_LAG_MS: '0', ACCESS_LOG: 'false', MAX_COST: '0' },
};
/** One process, which is Hive's default. */
const hiveGateway = {
  script: hive,
  args: ({ port }) => [
    'supergraph',
    '--config-path',
    here('contenders/hive.config.mjs'),
    '--port',
    String(port),
    '--host',
    '127.0.0.1',
  ],
  isInstalled: true,
};

/**
 * Who is measured, and how each is started with PORT, SUPERGRAPH and SUBGRAPHS in its environment. `sharing` says that
 * equal requests of different clients that are under way may share fetches, `isInstalled` that it comes from this
 * folder's own packages.
 */
export const CONTENDERS = [
  { name: 'by hand', script: here('contenders/floor.mjs') },
  variant('Cartograph', cartograph, { SUBGRAPH_DEDUPE: 'false' }),
  { name: 'Apollo gateway', script: here('contenders/vanilla.mjs'), isInstalled: true },
  variant('Hive', hiveGateway, {}),
  variant('Hive router runtime', hiveGateway, { HIVE_ROUTER: '1' }),
  { name: 'Mercurius', script: here('contenders/mercurius.mjs'), isInstalled: true, federation: 1 },
  variant('Cartograph, sharing', cartograph, { SUBGRAPH_DEDUPE: 'true' }, true),
  variant('Hive, sharing', hiveGateway, { HIVE_SHARE: '1' }, true),
  variant('Hive router runtime, sharing', hiveGateway, { HIVE_ROUTER: '1', HIVE_SHARE: '1' }, true),
];

/** The gateway of another checkout, which has been built there: whether a change costs speed. */
export const previousBuild = (folder) =>
  variant(
    'previous build',
    { ...cartograph, script: join(resolve(folder), 'gateway/dist/main.js') },
    { SUBGRAPH_DEDUPE: 'false' },
  );

function variant(name, base, env, sharing = false) {
  return { ...base, name, sharing, env: { ...base.env, ...env } };
}
