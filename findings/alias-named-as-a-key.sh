#!/usr/bin/env bash
# With Apollo's gateway, a client alias that equals the name of a key or required field changes the answer.
#
# Versions: @apollo/gateway, @apollo/subgraph and @apollo/composition 2.14.4, graphql 16.15.0.
# One would guess: an alias only renames a field in the answer. `{ p { id: code depot } }` returns the code as `id`, and the
#   depot is looked up by the real id.
# What happens: the planner adds the key `id` to the fetch under its own name, where the alias already is.
#   - `id: code`: the client gets the id in place of the code; the code is not fetched. No error.
#   - two aliases that swap the required fields `price` and `weight`: another subgraph computes the cost from the swapped
#     values (307 instead of 703). No error.
#   - the same alias with `@include(if: $s)`: the subgraph gets an operation that does not validate, whatever $s is.
#   - `__typename: name`: the client gets the name of the type.
# Why it matters: clients rename fields freely, and a price computed from the wrong field is a wrong bill. A comparison with
#   this gateway does not show the fault in a gateway of one's own. Ours renames such fields before it plans
#   (gateway/tests/client-aliases).
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

const product = { id: '1', code: 'c9', price: 7, weight: 3, name: 'Kettle' };
const { ask } = await stockGateway({
  goods: {
    sdl: `type Query { p: P! }
      type P @key(fields: "id") { id: ID! code: ID! price: Int! weight: Int! name: String }`,
    resolvers: { Query: { p: () => product }, P: { __resolveReference: () => product } },
  },
  freight: {
    sdl: `type P @key(fields: "id") {
      id: ID! depot: String price: Int! @external weight: Int! @external cost: Int! @requires(fields: "price weight")
    }`,
    resolvers: {
      P: {
        __resolveReference: (reference) => reference,
        depot: ({ id }) => `d${id}`,
        cost: ({ price, weight }) => 100 * price + weight,
      },
    },
  },
});
compare(
  [
    await ask('{ p { code depot cost } }'),
    await ask('{ p { id: code depot } }'),
    await ask('{ p { price: weight weight: price cost } }'),
    await ask('query ($s: Boolean!) { p { id: code @include(if: $s) depot } }', { s: true }),
    await ask('{ p { __typename: name depot } }'),
  ],
  [
    { data: { p: { code: 'c9', depot: 'd1', cost: 703 } } },
    { data: { p: { id: '1', depot: 'd1' } } },
    { data: { p: { price: 3, weight: 7, cost: 307 } } },
    {
      data: null,
      errors: [
        'Fields "id__alias_0" conflict because "id" and "code" are different fields. ' +
          'Use different aliases on the fields to fetch both if this was intentional.',
      ],
    },
    { data: { p: { __typename: 'P', depot: 'd1' } } },
  ],
  '2026-12-01',
);
JS
node check.mjs
