// `node scripts/compose/same-schema.mjs A B`: exits with 1 unless both files contain the same schema, regardless of order and comments.
import { readFileSync } from 'node:fs';
import { lexicographicSortSchema, buildASTSchema, parse, print, visit } from 'graphql';

/** The sorted text of a schema with its directives, which are what a supergraph consists of. */
function normal(file) {
  const document = parse(readFileSync(file, 'utf8'), { noLocation: true });
  const byName = (a, b) => key(a).localeCompare(key(b));
  const key = (node) => `${node.kind} ${node.name?.value ?? ''} ${print(node)}`;
  const sorted = visit(document, {
    leave(node) {
      const lists = Object.entries(node).filter(
        ([, value]) => Array.isArray(value) && value.every((each) => each?.kind),
      );
      return {
        ...node,
        ...Object.fromEntries(lists.map(([name, value]) => [name, [...value].sort(byName)])),
      };
    },
  });
  // Throws if it is not a schema.
  lexicographicSortSchema(buildASTSchema(document, { assumeValidSDL: true }));
  return print(sorted);
}

const [ours, theirs] = process.argv.slice(2).map(normal);
if (!ours || !theirs) {
  console.error('Usage: node scripts/compose/same-schema.mjs A B');
  process.exit(1);
}
if (ours !== theirs) {
  const lines = (text) => text.split('\n');
  const missing = lines(ours).filter((line) => !lines(theirs).includes(line));
  const extra = lines(theirs).filter((line) => !lines(ours).includes(line));
  console.error(
    [...missing.map((line) => `- ${line}`), ...extra.map((line) => `+ ${line}`)].slice(0, 60).join('\n') ||
      'The order of lines differs',
  );
  process.exit(1);
}
console.log('Both files contain the same schema.');
