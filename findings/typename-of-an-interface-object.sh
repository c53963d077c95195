#!/usr/bin/env bash
# With Apollo's gateway, asking for __typename beside a field of an @interfaceObject removes the whole object.
#
# Versions: @apollo/gateway, @apollo/subgraph and @apollo/composition 2.14.4, graphql 16.15.0.
# One would guess: `{ book { __typename score } }` returns "Book" and the score; `__typename` never changes other fields.
# What happens: `book` becomes null, without an error, though `{ book { score } }` works. In a list, the fields of a typed
#   fragment that selects `__typename` are left out, again without an error. The type name that the subgraph with the
#   interface object knows ("Media") replaces the real one during the merge.
# Why it matters: Apollo Client adds `__typename` to every selection, so this is what every browser asks. Ours keeps the
#   `__typename` of interface objects out of the merge (gateway/tests/joined-answers).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$here/support/stock-gateway.mjs" "$folder"
cd "$folder"
echo '{"private":true,"type":"module"}' >package.json
npm install --silent --no-audit --no-fund @apollo/gateway@2.14.4 @apollo/subgraph@2.14.4 @apollo/composition@2.14.4 graphql@16.15.0
cat >check.mjs <<'JS'
import { compare, stockGateway } from './stock-gateway.mjs';

const book = { id: '1' };
const { ask } = await stockGateway({
  library: {
    sdl: `type Query { media: [Media!]! book: Book }
      interface Media @key(fields: "id") { id: ID! }
      type Book implements Media @key(fields: "id") { id: ID! }`,
    resolvers: {
      Query: { media: () => [book], book: () => book },
      Media: { __resolveType: () => 'Book', __resolveReference: () => book },
      Book: { __resolveReference: () => book },
    },
  },
  reviews: {
    sdl: 'type Media @key(fields: "id") @interfaceObject { id: ID! score: Int }',
    resolvers: { Media: { __resolveReference: (reference) => reference, score: ({ id }) => 10 + Number(id) } },
  },
});
compare(
  [
    await ask('{ book { score } }'),
    await ask('{ book { __typename score } }'),
    await ask('{ media { id ... on Book { score } } }'),
    await ask('{ media { id ... on Book { __typename score } } }'),
  ],
  [
    { data: { book: { score: 11 } } },
    { data: { book: null } },
    { data: { media: [{ id: '1', score: 11 }] } },
    { data: { media: [{ id: '1' }] } },
  ],
  '2026-12-01',
);
JS
node check.mjs
