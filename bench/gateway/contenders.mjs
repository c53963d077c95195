import { fileURLToPath } from 'node:url';

const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const ours = here('../../gateway/dist/main.js');
const hive = here('./node_modules/.bin/hive-gateway');

// No other contender limits or sheds load, nor logs each operation, unless it is told to.
const UNLIMITED = { RATE_LIMIT_PER_MINUTE: '0', SHED_LAG_MS: '0', ACCESS_LOG: 'false', MAX_COST: '1000000' };

/**
 * Who is measured, and how each is started with PORT, SUPERGRAPH and SUBGRAPHS in its environment.
 * `sharing` says whether requests of different clients that are under way may share fetches.
 */
export const CONTENDERS = [
  { name: 'by hand', script: here('contenders/floor.mjs'), sharing: false },
  {
    name: 'Cartograph',
    script: ours,
    nodeArgs: ['--max-semi-space-size=64'],
    args: ({ port, supergraph }) => ['--supergraph', supergraph, '--port', String(port)],
    sharing: false,
    env: { ...UNLIMITED, SUBGRAPH_DEDUPE: 'false' },
  },
  {
    name: 'Cartograph, sharing',
    script: ours,
    nodeArgs: ['--max-semi-space-size=64'],
    args: ({ port, supergraph }) => ['--supergraph', supergraph, '--port', String(port)],
    sharing: true,
    env: { ...UNLIMITED, SUBGRAPH_DEDUPE: 'true' },
  },
  { name: 'Apollo gateway', script: here('contenders/vanilla.mjs'), sharing: false },
  { name: 'Hive', script: hive, args: hiveArguments, sharing: false },
  { name: 'Hive, sharing', script: hive, args: hiveArguments, sharing: true, env: { HIVE_SHARE: '1' } },
  {
    name: 'Hive router runtime',
    script: hive,
    args: hiveArguments,
    sharing: false,
    env: { HIVE_ROUTER: '1' },
  },
  {
    name: 'Hive router runtime, sharing',
    script: hive,
    args: hiveArguments,
    sharing: true,
    env: { HIVE_ROUTER: '1', HIVE_SHARE: '1' },
  },
  { name: 'Mercurius', script: here('contenders/mercurius.mjs'), sharing: false, federation: 1 },
];

function hiveArguments({ port }) {
  return [
    'supergraph',
    '--config-path',
    here('contenders/hive.config.mjs'),
    '--port',
    String(port),
    '--host',
    '127.0.0.1',
    '--fork',
    '1',
  ];
}
