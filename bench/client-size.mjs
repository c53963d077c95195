// npm run bench -- client: what a browser loads for the storefront's first page and for each page after it, gzipped.
// Fails when the first page's JavaScript is over its budget.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const BUDGET_BYTES = 200_000;
const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'client', 'dist');
const gzipped = (file) => gzipSync(readFileSync(file), { level: 9 }).length;
const assets = (kind) =>
  readdirSync(join(dist, 'assets'))
    .filter((name) => name.endsWith(kind))
    .map((name) => join(dist, 'assets', name));

/** A script with all that it imports at once, not what it may import later. */
function withImports(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  const text = readFileSync(file, 'utf8');
  for (const [, path] of text.matchAll(/(?:\bfrom|\bimport)\s*["'`](\.\/[^"'`]+\.js)["'`]/g))
    withImports(join(dirname(file), path), found);
  return found;
}

const html = readFileSync(join(dist, 'index.html'), 'utf8');
const first = new Set();
for (const [, path] of html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g))
  for (const file of withImports(join(dist, path))) first.add(file);
const sum = (files) => [...files].reduce((total, file) => total + gzipped(file), 0);
const kb = (bytes) => `${(bytes / 1000).toFixed(1).padStart(7)} kB`;

const script = sum(first);
console.log(`first page  JavaScript ${kb(script)} gzipped, of ${BUDGET_BYTES / 1000} kB`);
console.log(`            styles     ${kb(sum(assets('.css')))}`);
console.log('\nfurther, when gone to:');
const pages = assets('.js').filter((file) => /(Page|Layout|routes)-[\w-]+\.js$/.test(file));
for (const file of pages.sort()) {
  const more = [...withImports(file)].filter((each) => !first.has(each));
  const name = file
    .split('/')
    .at(-1)
    .replace(/-[\w-]{8}\.js$/, '');
  console.log(`  ${name.padEnd(20)} ${kb(sum(more))}`);
}
if (script > BUDGET_BYTES) {
  console.error(`The first page is ${script - BUDGET_BYTES} bytes over its budget.`);
  process.exit(1);
}
