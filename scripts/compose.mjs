// `npm run compose` writes schema/supergraph.graphql and schema/api.graphql from the subgraphs' schemas.
// `npm run compose:check` fails if the committed ones are stale, or if api.graphql breaks clients compared with the
// main branch (or `--against REF`) and schema/accepted-breaking-changes.yaml does not say why.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parse as parseYaml } from 'yaml';
import { composeSchemas, judgeChanges } from './compose/compose.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const at = (...parts) => join(root, ...parts);
const git = (...args) => spawnSync('git', args, { cwd: root, encoding: 'utf8' });

const { values: options } = parseArgs({
  options: { check: { type: 'boolean', default: false }, against: { type: 'string' } },
});

const composed = composeSchemas(readSubgraphs(), readFileSync(at('schema', 'common.graphql'), 'utf8'));
if ('problems' in composed) fail('The subgraphs do not compose:', composed.problems);
for (const hint of composed.hints) console.log(`hint  ${hint}`);

const outputs = { 'supergraph.graphql': composed.supergraph, 'api.graphql': composed.api };
if (options.check) {
  checkFresh();
  checkBreaking();
  console.log('The composed schemas are up to date, and nothing breaks clients.');
} else {
  for (const [name, text] of Object.entries(outputs)) {
    const file = at('schema', name);
    const isSame = existsSync(file) && readFileSync(file, 'utf8') === text;
    if (!isSame) writeFileSync(file, text);
    console.log(`schema/${name} ${isSame ? 'is unchanged' : 'written'}`);
  }
}

function readSubgraphs() {
  const { subgraphs } = parseYaml(readFileSync(at('schema', 'supergraph.yaml'), 'utf8'));
  const sources = Object.entries(subgraphs).map(([name, { routing_url: url, schema }]) => {
    const file = relative(root, at('schema', schema.file));
    if (!existsSync(at(file))) fail('schema/supergraph.yaml names what does not exist:', [file]);
    return { name, url, file, sdl: readFileSync(at(file), 'utf8') };
  });
  const forgotten = readdirSync(at('subgraphs'))
    .map((name) => join('subgraphs', name, 'schema.graphql'))
    .filter((file) => existsSync(at(file)) && !sources.some((source) => source.file === file));
  if (forgotten.length > 0) fail('schema/supergraph.yaml does not name:', forgotten);
  return sources;
}

function checkFresh() {
  const folder = mkdtempSync(join(tmpdir(), 'cartograph-compose-'));
  const differences = Object.entries(outputs).flatMap(([name, text]) => {
    writeFileSync(join(folder, name), text);
    const { status, stdout } = git(
      'diff',
      '--no-index',
      '--no-color',
      '--unified=2',
      at('schema', name),
      join(folder, name),
    );
    if (status === 0) return [];
    // The first lines only name temporary files.
    return `schema/${name}\n${stdout.split('\n').slice(4, 64).join('\n')}`;
  });
  rmSync(folder, { recursive: true });
  if (differences.length > 0)
    fail('Committed schemas are stale. Run `npm run compose` and commit what it writes:', differences);
}

function checkBreaking() {
  const baseline = findBaseline();
  if (!baseline) return console.log('No earlier api.graphql to compare with.');
  const accepted = parseYaml(readFileSync(at('schema', 'accepted-breaking-changes.yaml'), 'utf8')) ?? [];
  const { refused, notable } = judgeChanges(baseline.sdl, composed.api, accepted);
  for (const change of notable) console.log(`note  ${change}`);
  if (refused.length === 0) return;
  fail(
    `api.graphql breaks clients of ${baseline.ref}. Keep what they use (deprecate it first), or list in schema/accepted-breaking-changes.yaml why clients are unaffected:`,
    refused,
  );
}

/** The API of the main branch; on the main branch itself, that of the previous commit. */
function findBaseline() {
  const commitOf = (ref) => git('rev-parse', '--verify', '--quiet', `${ref}^{commit}`).stdout.trim();
  const head = commitOf('HEAD');
  for (const ref of options.against ? [options.against] : ['origin/main', 'main']) {
    const commit = commitOf(ref);
    if (!commit) continue;
    const isUnchanged =
      commit === head && git('diff', '--quiet', 'HEAD', '--', 'schema/api.graphql').status === 0;
    const base = isUnchanged ? `${ref}^` : ref;
    const { status, stdout } = git('show', `${base}:schema/api.graphql`);
    return status === 0 ? { ref: base, sdl: stdout } : undefined;
  }
  return undefined;
}

function fail(headline, details) {
  console.error(`${headline}\n`);
  for (const detail of details) console.error(`  ${detail.replaceAll('\n', '\n  ')}`);
  process.exit(1);
}
