// `npm run codegen [-- FOLDER…]`: writes what codegen.yml and each subgraph's codegen.ts describe; with folders, only what
// lies below them. It calls GraphQL Code Generator's core: the packages of its command line would double what `npm start`
// has to install.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codegen } from '@graphql-codegen/core';
import { getCachedDocumentNodeFromSchema } from '@graphql-codegen/plugin-helpers';
import { buildASTSchema, lexicographicSortSchema, parse } from 'graphql';
import { parse as parseYaml } from 'yaml';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const read = (file) => readFileSync(join(root, file), 'utf8');

/**
 * Writes the generated files. If a schema has faults, it writes those of the others, then throws an AggregateError.
 * @param {readonly string[]} folders only what lies below these; none: everything
 */
export async function runCodegen(folders = []) {
  const config = parseYaml(read('codegen.yml'), { merge: true });
  const outputs = [...subgraphOutputs(config.subgraphs), ...Object.entries(config.generates)].filter(
    ([target, { schema }]) => {
      if (folders.length > 0 && !folders.some((folder) => target.startsWith(`${folder}/`))) return false;
      if (existsSync(join(root, schema))) return true;
      console.log(`${schema} does not exist yet: ${target} is not generated.`);
      return false;
    },
  );
  const results = await Promise.allSettled(
    outputs.map(([target, output]) => generate(target, output, config.config)),
  );
  const errors = results.flatMap(({ reason }, index) =>
    reason ? [new Error(`${outputs[index][1].schema}: ${reason.message}`, { cause: reason })] : [],
  );
  if (errors.length > 0) throw new AggregateError(errors, 'Some types could not be generated.');
}

/** @returns {[target: string, output: object][]} one for each subgraph */
function subgraphOutputs(shared) {
  return readdirSync(join(root, 'subgraphs'))
    .map((name) => join('subgraphs', name))
    .filter((folder) => existsSync(join(root, folder, 'codegen.ts')))
    .map((folder) => [
      join(folder, 'src', 'generated', 'graphql.ts'),
      { ...shared, schema: join(folder, 'schema.graphql'), configFile: join(folder, 'codegen.ts') },
    ]);
}

async function generate(target, output, sharedConfig) {
  const schemaAst = lexicographicSortSchema(
    buildASTSchema(parse(read(output.schema)), { assumeValidSDL: true }),
  );
  const plugins = output.plugins.map((plugin) => (typeof plugin === 'string' ? { [plugin]: {} } : plugin));
  const names = plugins.map((plugin) => Object.keys(plugin)[0]);
  const options = {
    filename: target,
    schema: getCachedDocumentNodeFromSchema(schemaAst),
    schemaAst,
    documents: output.documents ? documentsBelow(output.documents) : [],
    plugins,
    pluginMap: Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await import(`@graphql-codegen/${name}`)])),
    ),
    config: {
      ...sharedConfig,
      ...output.config,
      ...(output.configFile ? await importTypeScript(output.configFile) : {}),
    },
  };
  const files = output.preset
    ? await (
        await importPreset(output.preset)
      ).buildGeneratesSection({
        ...options,
        baseOutputDir: target,
        presetConfig: { ...output.presetConfig, cwd: root },
      })
    : [options];
  await Promise.all(files.map(async (file) => write(file.filename, await codegen({ ...options, ...file }))));
}

async function importPreset(name) {
  const module = await import(`@graphql-codegen/${name}-preset`);
  return module.preset ?? module.default;
}

/** The default export of a TypeScript file that imports nothing. */
async function importTypeScript(file) {
  const { transform } = await import('esbuild');
  const { code } = await transform(read(file), { loader: 'ts', format: 'esm' });
  return (await import(`data:text/javascript,${encodeURIComponent(code)}`)).default;
}

/** Every .graphql file below a folder, as the generator takes documents. */
function documentsBelow(folder) {
  return readdirSync(join(root, folder), { recursive: true })
    .filter((name) => name.endsWith('.graphql'))
    .sort()
    .map((name) => {
      const location = join(root, folder, name);
      const rawSDL = readFileSync(location, 'utf8');
      return { location, rawSDL, document: parse(rawSDL, { noLocation: true }) };
    });
}

/** Writes a file only if its text has changed, so that watchers stay quiet. */
function write(name, text) {
  const file = join(root, name.replace(`${root}/`, ''));
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await runCodegen(process.argv.slice(2));
  } catch (error) {
    for (const one of error.errors ?? [error]) console.error(one.message ?? one);
    process.exit(1);
  }
}
