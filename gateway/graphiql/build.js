// Bundles the GraphiQL page and its editor's workers into gateway/dist/graphiql. Takes about 3 s, so only when
// something it is made of has changed.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, '..', 'dist', 'graphiql');
const packages = ['graphiql', 'graphql', 'graphql-ws', 'monaco-graphql', 'react'];

/** Makes the bundle if it is missing or out of date. */
export async function buildGraphiql() {
  const hash = createHash('sha256')
    .update(readFileSync(join(here, 'main.js')))
    .update(readFileSync(fileURLToPath(import.meta.url)));
  for (const name of packages) hash.update(versionOf(name));
  const version = hash.digest('hex');
  const stamp = join(target, 'version.txt');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === version) return;
  rmSync(target, { recursive: true, force: true });
  await build({
    entryPoints: {
      main: join(here, 'main.js'),
      'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
      'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
      'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
    },
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    outdir: target,
    loader: { '.ttf': 'file' },
    define: { 'process.env.NODE_ENV': '"production"' },
    absWorkingDir: here,
    logLevel: 'error',
  });
  writeFileSync(stamp, version);
}

function versionOf(name) {
  const paths = createRequire(import.meta.url).resolve.paths(name) ?? [];
  const manifest = paths.map((folder) => join(folder, name, 'package.json')).find((file) => existsSync(file));
  return manifest ? JSON.parse(readFileSync(manifest, 'utf8')).version : 'none';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildGraphiql();
