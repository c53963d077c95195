// npm run operations -- [--out FILE] FOLDER…: writes the safelist out of a client's .graphql files.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type DocumentNode, type FragmentDefinitionNode, Kind, parse, print, visit } from 'graphql';
import { normaliseOperation } from './admission/persisted-operations.js';
import { sha256 } from './operation/hash.js';

const USAGE =
  'Usage: npm run operations -- [--out FILE] FOLDER…\nCollects every operation in the .graphql files below the folders.';

function graphqlFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter(
      (entry) =>
        entry.isFile() && /\.(graphql|gql)$/.test(entry.name) && !entry.parentPath.includes('node_modules'),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/**
 * Each operation with the fragments it uses and no others, by the SHA-256 of its text.
 * @throws when a fragment is missing or two differ by one name
 */
export function collectOperations(documents: readonly DocumentNode[]): Record<string, string> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of documents.flatMap((document) => document.definitions)) {
    if (definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    const known = fragments.get(definition.name.value);
    if (known && print(known) !== print(definition))
      throw new Error(`There are two different fragments named "${definition.name.value}".`);
    fragments.set(definition.name.value, definition);
  }
  const operations: Record<string, string> = {};
  for (const operation of documents.flatMap((document) => document.definitions)) {
    if (operation.kind !== Kind.OPERATION_DEFINITION) continue;
    const used = new Map<string, FragmentDefinitionNode>();
    const follow = (node: typeof operation | FragmentDefinitionNode): void => {
      visit(node, {
        FragmentSpread({ name }) {
          if (used.has(name.value)) return;
          const fragment = fragments.get(name.value);
          if (!fragment)
            throw new Error(
              `The operation "${operation.name?.value ?? ''}" uses the fragment "${name.value}", which is in none of the files.`,
            );
          used.set(name.value, fragment);
          follow(fragment);
        },
      });
    };
    follow(operation);
    const text = normaliseOperation(
      print({ kind: Kind.DOCUMENT, definitions: [operation, ...used.values()] }),
    );
    operations[sha256(text)] = text;
  }
  return operations;
}

function run(): void {
  const { values, positionals } = parseArgs({
    options: { out: { type: 'string', default: 'schema/operations.json' } },
    allowPositionals: true,
  });
  if (positionals.length === 0) throw new Error(USAGE);
  const documents = positionals
    .flatMap(graphqlFiles)
    .map((file) => parse(readFileSync(file, 'utf8'), { noLocation: true }));
  const operations = collectOperations(documents);
  writeFileSync(values.out, `${JSON.stringify(operations, null, 2)}\n`);
  process.stdout.write(`${Object.keys(operations).length} operations are in ${values.out}.\n`);
}

if (process.argv[1] && import.meta.filename === process.argv[1]) {
  try {
    run();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
