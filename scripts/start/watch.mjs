// What `npm run dev` adds to `npm start`: a change of source is rebuilt and what it concerns is restarted; a change of
// a schema is composed, which the gateway takes up by itself; the storefront comes from Vite with hot reload.
import { spawnSync } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import { join, sep } from 'node:path';
import { spawnGuarded } from '../../packages/embedded/dist/index.js';
import { buildAll, workspaceFolders } from '../build.mjs';

/** Editors write in several steps; one change is acted upon once. */
const settleMs = 150;

/**
 * Watches the sources of a running stack until the process ends.
 * @param {{ root: string, stack: import('@cartograph/embedded/stack').Stack, say: (text: string) => void }} options
 */
export function watchSources({ root, stack, say }) {
  const changedFolders = new Set();
  let hasSchemaChanged = false;
  let timer;
  let working = Promise.resolve();

  const note = (folder, file) => {
    if (file === 'schema.graphql') hasSchemaChanged = true;
    else if (!file.startsWith(`src${sep}`) || /(generated|\.test\.ts)/.test(file)) return;
    changedFolders.add(folder);
    clearTimeout(timer);
    timer = setTimeout(() => (working = working.then(act).catch((error) => say(error.message))), settleMs);
  };
  for (const folder of workspaceFolders()) {
    watch(join(root, folder), { recursive: true }, (_event, file) => file && note(folder, file));
  }

  async function act() {
    const folders = [...changedFolders];
    changedFolders.clear();
    if (hasSchemaChanged) {
      hasSchemaChanged = false;
      for (const script of ['codegen.mjs', 'compose.mjs']) {
        const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts', script)], {
          encoding: 'utf8',
        });
        if (status !== 0) return say(stderr.trim());
      }
    }
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

/** Starts Vite for the storefront, if there is one; answers its address. */
export function startVite({ root, gatewayUrl }) {
  const folder = join(root, 'client');
  if (!existsSync(join(folder, 'vite.config.ts'))) return undefined;
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  spawnGuarded(process.execPath, [vite, '--clearScreen', 'false', '--logLevel', 'warn', '--strictPort'], {
    onParentDeath: 'SIGTERM',
    cwd: folder,
    env: { ...process.env, GATEWAY_URL: gatewayUrl },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return 'http://localhost:5173';
}
