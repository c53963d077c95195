// Transpiles every workspace's src/ to dist/ with esbuild. `npm run typecheck` checks the types.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildGraphiql } from '../gateway/graphiql/build.js';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Folders that hold TypeScript services or packages, relative to the root. */
export function workspaceFolders() {
  const children = (folder) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(folder, entry.name));
  return [...children('packages'), ...children('subgraphs'), 'gateway'].filter(
    (folder) => existsSync(join(root, folder, 'package.json')) && existsSync(join(root, folder, 'src')),
  );
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/**
 * Builds all workspaces, or only those named. Writes only files that differ, so that running services keep theirs, and removes
 * files whose source no longer exists.
 */
export async function buildAll(folders = workspaceFolders()) {
  await Promise.all(folders.map(buildWorkspace));
  if (folders.includes('gateway')) await buildGraphiql();
}

async function buildWorkspace(folder) {
  const source = join(root, folder, 'src');
  const target = join(root, folder, 'dist');
  const files = filesBelow(source).filter((file) => !/\.test\.tsx?$/.test(file));
  const isCode = (file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts');
  const { outputFiles } = await build({
    entryPoints: files.filter(isCode),
    outdir: target,
    outbase: source,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    write: false,
    logLevel: 'error',
  });
  const wanted = new Map(outputFiles.map(({ path, contents }) => [path, Buffer.from(contents)]));
  for (const file of files.filter((name) => !isCode(name)))
    wanted.set(join(target, relative(source, file)), readFileSync(file));
  for (const [path, contents] of wanted) {
    if (existsSync(path) && readFileSync(path).equals(contents)) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, contents);
  }
  if (!existsSync(target)) return;
  // The gateway's GraphiQL page is bundled separately.
  const apart = join(target, 'graphiql') + sep;
  for (const file of filesBelow(target)) if (!wanted.has(file) && !file.startsWith(apart)) rmSync(file);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await buildAll(process.argv.length > 2 ? process.argv.slice(2) : undefined);
