// What `npm run dev` adds to `npm start`: changed sources are rebuilt and their services restarted; changed schemas are
// composed, and the gateway loads the result; Vite serves the storefront with hot reload, and its hooks are regenerated when
// an operation changes.
import { execFile } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import { buildAll, workspaceFolders } from '../build.mjs';

const execute = promisify(execFile);

/** Editors save in several steps; this long after the last one, the change is handled once. */
const settleMs = 150;

/**
 * Watches the sources of a running stack until the signal is aborted, which also ends running commands.
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

  /** Runs a script, and reports why it failed. @returns whether it succeeded */
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
    // The storefront's operations depend on the schemas.
    const toGenerate = schemas.length > 0 || hasOperationChanged ? [...schemas, 'client'] : [];
    changedFolders.clear();
    changedSchemas.clear();
    hasOperationChanged = false;
    if (schemas.length > 0 && !(await run('compose.mjs'))) return;
    if (folders.length > 0) await restart(folders);
    // Last, because these are types that no running process needs.
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
 * Serves the storefront with Vite, in this process. @returns its address, on another port if 5173 is taken
 * @param {{ root: string, gatewayUrl: string }} options
 */
export async function startVite({ root, gatewayUrl }) {
  const folder = join(root, 'client');
  if (!existsSync(join(folder, 'vite.config.ts'))) return undefined;
  // Vite's configuration reads it.
  process.env.GATEWAY_URL = gatewayUrl;
  const { createServer } = await import('vite');
  const vite = await createServer({ root: folder, clearScreen: false, logLevel: 'warn' });
  await vite.listen();
  return vite.resolvedUrls?.local[0]?.replace(/\/$/, '');
}
