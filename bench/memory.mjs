// npm run bench -- memory [--against FOLDER]: proportional memory (PSS) of each idle process of a shop that was just started.
// FOLDER: an earlier build of this repository, built. Both shops then run at the same time, and each subgraph's ratio may be
// at most 0.65.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { against: { type: 'string' } } });
const here = join(dirname(fileURLToPath(import.meta.url)), '..');
const IDLE_MS = 30_000;
const MOST = 0.65;

/** Starts the shop of a checkout, by its own launcher, as `npm start` does. */
async function start(root) {
  const launcher = ['launcher', 'embedded'].find((name) => existsSync(join(root, 'packages', name)));
  const { startStack } = await import(join(root, 'packages', launcher, 'dist', 'stack.js'));
  const dataDir = mkdtempSync(join(tmpdir(), 'cartograph-memory-'));
  const binDir = join(root, '.data', 'bin');
  const stack = await startStack({
    root,
    dataDir,
    binDir,
    readyPatienceMs: 180_000,
    env: { PATH: process.env.PATH },
  });
  return {
    read: () => Object.fromEntries(stack.services.map((name) => [name, pssOf(stack.pid(name))])),
    async stop() {
      await stack.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** In MiB. Pages that several processes share count in parts. */
const pssOf = (pid) =>
  Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) / 1024;

const shops = [];
try {
  for (const root of values.against ? [here, resolve(values.against)] : [here]) shops.push(await start(root));
  await delay(IDLE_MS);
  const [now, before] = shops.map((shop) => shop.read());
  for (const [name, pss] of Object.entries(now)) {
    const ratio = before?.[name] && pss / before[name];
    const compared = ratio
      ? `${before[name].toFixed(1).padStart(8)} MiB before, ratio ${ratio.toFixed(2)}`
      : '';
    console.log(`${name.padEnd(14)} ${pss.toFixed(1).padStart(6)} MiB ${compared}`);
    if (ratio > MOST && name !== 'gateway') process.exitCode = 1;
  }
} finally {
  await Promise.all(shops.map((shop) => shop.stop()));
}
