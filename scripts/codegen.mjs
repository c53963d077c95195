// Generates what codegen.yml says (`npx graphql-codegen` does the same), quietly, and passes over a subgraph whose
// schema is not written yet instead of failing for all. `node scripts/codegen.mjs client subgraphs/cart` generates only
// what lies below these.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate, loadCodegenConfig } from '@graphql-codegen/cli';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * Writes the generated files; throws when a schema is faulty, having written those of the others.
 * @param {readonly string[]} below only those below these folders; none given: all
 */
export async function runCodegen(below = []) {
  const { config } = await loadCodegenConfig({ configFilePath: join(root, 'codegen.yml') });
  const generates = Object.fromEntries(
    Object.entries(config.generates).filter(([target, { schema }]) => {
      const isMissing =
        typeof schema === 'string' && /^[\w./-]+$/.test(schema) && !existsSync(join(root, schema));
      if (isMissing) console.log(`${schema} does not exist yet: ${target} is not generated.`);
      return !isMissing && (below.length === 0 || below.some((folder) => target.startsWith(`${folder}/`)));
    }),
  );
  await generate(
    { ...config, generates, cwd: root, silent: true, errorsOnly: true, allowPartialOutputs: true },
    true,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await runCodegen(process.argv.slice(2));
  } catch (error) {
    for (const one of error.errors ?? [error]) console.error(one.message ?? one);
    process.exit(1);
  }
}
