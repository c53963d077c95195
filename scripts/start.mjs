// `npm start`: the whole shop in one terminal. The usage text below lists the options.
import { setMaxListeners } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, styleText } from 'node:util';
import { FolderInUseError, PortTakenError, startStack } from '../packages/launcher/dist/stack.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const usage = `Usage: npm start -- [options]

  --port N      first of consecutive ports, one for each service (default 4000, or PORT)
  --data DIR    folder for data, logs and secrets (default .data, or CARTOGRAPH_DATA)
  --fresh       delete that data first and start a new shop
  --services L  start only these, e.g. gateway,users,products
  --empty       start without the sample shop (only matters on the first start)
  --watch       rebuild and restart on changes, with hot reload of the storefront (npm run dev)
  --verbose     also print the services' logs
  --help        this text

A store is started unless its address is in the environment:
USERS_DATABASE_URL, ORDERS_DATABASE_URL, PAYMENTS_DATABASE_URL, NOTIFICATIONS_DATABASE_URL, MONGODB_URL, REDIS_URL.`;

const options = readOptions();
const shown = (path) => relative(process.cwd(), path) || '.';
const colour = (style, text) => (process.stdout.isTTY ? styleText(style, text) : text);

// npm adds dozens of variables that no service should see or print.
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_')),
);
const abort = new AbortController();
const watching = new AbortController();
// One listener for each folder that is watched.
setMaxListeners(0, watching.signal);
let stack;
let isStopping = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);

const began = performance.now();
console.log(
  existsSync(join(options.data, 'secrets.json')) && !options.fresh
    ? 'Starting …'
    : 'Starting for the first time: creating the stores and the sample shop …',
);
try {
  stack = await startStack({
    root,
    dataDir: options.data,
    fresh: options.fresh,
    ...(options.services ? { services: options.services.split(',').map((name) => name.trim()) } : {}),
    firstPort: options.port,
    env: { ...env, SAMPLE_DATA: String(!options.empty) },
    restartCrashed: true,
    signal: abort.signal,
    onEvent: report,
    ...(options.verbose ? { onOutput: printLog } : {}),
  });
} catch (error) {
  if (isStopping) process.exit(0);
  fail(error);
}
const vite = options.watch ? await startWatching() : undefined;
printPanel();

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: process.env.PORT || '4000' },
        data: { type: 'string', default: process.env.CARTOGRAPH_DATA || join(root, '.data') },
        services: { type: 'string' },
        fresh: { type: 'boolean', default: false },
        empty: { type: 'boolean', default: false },
        watch: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 1 || port > 65_529) {
      throw new Error(`--port: expected a whole number from 1 to 65529, got "${values.port}".`);
    }
    return { ...values, port };
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
}

async function startWatching() {
  const { startVite, watchSources } = await import('./start/watch.mjs');
  watchSources({ root, stack, signal: watching.signal, say: (text) => console.log(text) });
  return startVite({ root, gatewayUrl: stack.url('gateway') });
}

function report(event) {
  if (event.type === 'crashed') {
    const next = event.retryInMs === undefined ? '' : ` Restarting it in ${event.retryInMs / 1000} s.`;
    console.error(
      colour('red', `${event.name} ${event.how}.${next}`),
      `Its log: ${shown(join(options.data, 'logs', `${event.name}.log`))}`,
    );
  }
  if (event.type === 'restarted') console.log(`${event.name} is running again.`);
}

function printLog(name, text) {
  for (const line of text.trimEnd().split('\n')) console.log(`${colour('dim', name.padEnd(13))} ${line}`);
}

function fail(error) {
  console.error(colour('red', error.message));
  if (error instanceof PortTakenError) {
    const other = options.port + 1000 > 65_529 ? 4000 : options.port + 1000;
    console.error(`Choose other ports: npm start -- --port ${other} uses ${other} to ${other + 6}.`);
  } else if (error instanceof FolderInUseError) {
    console.error(`To start a second shop: npm start -- --data .data-2 --port ${options.port + 1000}`);
  } else {
    console.error(`Logs: ${shown(join(options.data, 'logs'))}`);
  }
  process.exit(1);
}

function printPanel() {
  const base = `http://localhost:${options.port}`;
  const lines = [];
  const hasStorefront = vite || existsSync(join(root, 'client', 'dist', 'index.html'));
  if (hasStorefront && stack.services.includes('gateway')) lines.push(['Storefront', vite ?? base]);
  if (stack.services.includes('gateway')) {
    lines.push(
      ['GraphQL', `${base}/graphql`],
      ['GraphiQL', `${base}/graphiql`],
      ['Sandbox', `${base}/sandbox`],
    );
  }
  const others = stack.services
    .filter((name) => name !== 'gateway')
    .map((name) => `${name} ${new URL(stack.url(name)).port}`);
  lines.push(['Subgraphs', others.join('  ')]);
  if (!options.empty) {
    lines.push(
      ['Admin', 'ada@example.com    password: cartograph'],
      ['Customer', 'carl@example.com   password: cartograph'],
    );
  }
  lines.push(
    ['Logs', shown(join(options.data, 'logs'))],
    ['Stop', 'Ctrl-C (data stays in ' + shown(options.data) + '; npm start -- --fresh deletes it)'],
  );
  const width = Math.max(...lines.map(([, text]) => text.length)) + 15;
  const title = ` Cartograph is ready in ${((performance.now() - began) / 1000).toFixed(1)} s `;
  const rows = lines.map(
    ([label, text]) => `│ ${colour('dim', label.padEnd(11))} ${text.padEnd(width - 13)}│`,
  );
  const top = `╭─${colour('bold', title)}${'─'.repeat(Math.max(0, width - title.length - 1))}╮`;
  console.log(['', top, ...rows, `╰${'─'.repeat(width)}╯`, ''].join('\n'));
}

async function stop() {
  if (isStopping) return;
  isStopping = true;
  console.log('\nStopping …');
  watching.abort();
  if (!stack) return abort.abort(new Error('Stopped while starting.'));
  await stack.stop();
  process.exit(0);
}
