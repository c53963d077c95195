// TypeScript → JavaScript for tests, file by file, kept in node_modules/.cache under a hash of the source: each version of
// a file is compiled once, however many test files and worker processes import it.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync, version } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const cache = join(root, 'node_modules', '.cache', 'cartograph-tests');
mkdirSync(cache, { recursive: true });

/** Where the compiled code (`code`) and its source map (`map`) of a TypeScript file are; compiles it if they are not there yet. */
export function compiledFilesOf(path) {
  const source = readFileSync(path, 'utf8');
  const key = createHash('sha1').update(`${version}\0${path}\0${source}`).digest('hex');
  const files = { code: join(cache, `${key}.js`), map: join(cache, `${key}.js.map`) };
  if (existsSync(files.code)) return files;
  const { code, map } = transformSync(source, {
    loader: path.endsWith('.tsx') ? 'tsx' : 'ts',
    format: 'esm',
    target: 'node20',
    sourcefile: path,
    sourcemap: 'external',
    sourcesContent: false,
  });
  writeWhole(files.map, map);
  writeWhole(files.code, code);
  return files;
}

/** Another worker may compile the same file now: readers must never see half of it. */
function writeWhole(path, text) {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, path);
}
