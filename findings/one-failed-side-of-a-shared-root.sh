#!/usr/bin/env bash
# With Apollo's gateway, the order of fields decides whether one failed subgraph takes the other subgraph's part along.
#
# Versions: @apollo/gateway, @apollo/subgraph and @apollo/composition 2.14.4, graphql 16.15.0.
# One would guess: `view` is @shareable and nullable in two subgraphs, and only one of them fails. The other's part stays, or
#   is lost, in the same way for `{ view { z y } }` and `{ view { y z } }`.
# What happens: `{ view { z y } }` returns null for `view`; `{ view { y z } }` returns `z`. The null of the failed subgraph
#   overwrites the part that is already there if its answer is merged last.
# Why it matters: what a client sees during an outage depends on how it sorted its fields, and over a network on which
#   subgraph is faster. In ours a null never removes another side's part (gateway/tests/joined-answers).
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

const { ask } = await stockGateway({
  failing: {
    sdl: 'type Query { view: View @shareable } type View @shareable { y: Int }',
    resolvers: {
      Query: {
        view() {
          throw new Error('The database is down');
        },
      },
    },
  },
  healthy: {
    sdl: 'type Query { view: View @shareable } type View @shareable { z: Int }',
    resolvers: { Query: { view: () => ({ z: 3 }) } },
  },
});
compare(
  { 'z, then y': await ask('{ view { z y } }'), 'y, then z': await ask('{ view { y z } }') },
  {
    'z, then y': { data: { view: null }, errors: ['The database is down'] },
    'y, then z': { data: { view: { y: null, z: 3 } }, errors: ['The database is down'] },
  },
  '2026-12-01',
);
JS
node check.mjs
