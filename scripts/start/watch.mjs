// What `npm run dev` adds to `npm start`: a change of source is rebuilt and what it concerns is restarted; a change of
// a schema is composed, which the gateway takes up by itself; the storefront comes from Vite with hot reload, and its
// hooks are generated anew when an operation changes.
import { execFile } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import { buildAll, workspaceFolders } from '../build.mjs';

const execute = promisify(execFile);

/** Editors write in several steps; one change is acted upon once. */
const settleMs = 150;

/**
 * Watches the sources of a running stack until the signal is given, which also ends what is at work then.
 * @param {{ root: string, stack: import('@cartograph/launcher/stack').Stack, signal: AbortSignal, say: (text: string) => void }} options
 */
export function watchSources({ root, stack, signal, say }) {
  const changedFolders = new Set();
  /** Folders whose schema has changed. */
  const changedSchemas = new Set();
  let hasOperationChanged = false;
  let timer;
  let working = Promise.resolve();

  const note = (folder, file) => {
    if (file === 'schema.graphql') changedSchemas.add(folder);
    else if (!file.startsWith(`src${sep}`) || /(generated|\.test\.ts)/.test(file)) return;
    changedFolders.add(folder);
    actSoon();
  };
  const actSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(
      () => (working = working.then(act).catch((error) => signal.aborted || say(error.message))),
      settleMs,
    );
  };
  for (const folder of workspaceFolders()) {
    watch(join(root, folder), { recursive: true, signal }, (_event, file) => file && note(folder, file));
  }
  const operations = join(root, 'client', 'src');
  if (existsSync(operations)) {
    watch(operations, { recursive: true, signal }, (_event, file) => {
      if (!file?.endsWith('.graphql')) return;
      hasOperationChanged = true;
      actSoon();
    });
  }

  /** Runs a script; says why it failed, if it did. @returns whether it went through */
  async function run(script, ...args) {
    try {
      await execute(process.execPath, [join(root, 'scripts', script), ...args], { signal });
      return true;
    } catch ({ stderr, message }) {
      if (!signal.aborted) say((stderr || message).trim());
      return false;
    }
  }

  async function act() {
    const folders = [...changedFolders];
    const schemas = [...changedSchemas];
    // A schema of the shop is also what the storefront asks.
    const toGenerate = schemas.length > 0 || hasOperationChanged ? [...schemas, 'client'] : [];
    changedFolders.clear();
    changedSchemas.clear();
    hasOperationChanged = false;
    if (schemas.length > 0 && !(await run('compose.mjs'))) return;
    if (folders.length > 0) await restart(folders);
    // Types alone, which nothing waits for that runs: last.
    if (toGenerate.length > 0) await run('codegen.mjs', ...toGenerate);
  }

  async function restart(folders) {
    await buildAll(folders);
    const isShared = folders.some((folder) => folder.startsWith('packages'));
    const concerned = stack.services.filter(
      (name) => isShared || folders.some((folder) => folder.split(sep).at(-1) === name),
    );
    const began = performance.now();
    await Promise.all(concerned.map((name) => stack.restart(name)));
    say(
      `${folders.join(', ')} changed: ${concerned.join(', ')} restarted in ${((performance.now() - began) / 1000).toFixed(1)} s.`,
    );
  }
}

/**
 * Serves the storefront by Vite, in this process; answers its address, which is on another port where 5173 is taken.
 * @param {{ root: string, gatewayUrl: string }} options
 */
export async function startVite({ root, gatewayUrl }) {
  const folder = join(root, 'client');
  if (!existsSync(join(folder, 'vite.config.ts'))) return undefined;
  // Its configuration reads it.
  process.env.GATEWAY_URL = gatewayUrl;
  const { createServer } = await import('vite');
  const vite = await createServer({ root: folder, clearScreen: false, logLevel: 'warn' });
  await vite.listen();
  return vite.resolvedUrls?.local[0]?.replace(/\/$/, '');
}
