#!/usr/bin/env bash
# With Apollo's gateway, the argument a client gives to a field reaches another subgraph that requires the field without it.
#
# Versions: @apollo/gateway, @apollo/subgraph and @apollo/composition 2.14.4, graphql 16.15.0.
# One would guess: `tax` requires `price`, which without an argument is 100, so `tax` is 10 whatever currency the client asks
#   the price in.
# What happens: `{ p { price(currency: "USD") tax } }` taxes the price in dollars (20 instead of 10). With the two fields the
#   other way round, the client's argument is dropped and it gets the price without a currency (100 instead of 200). No
#   error in either case, and no alias is involved: the order of the fields in the operation decides.
# Why it matters: one client's display currency changes what is computed. Ours fetches the required field under a name of
#   its own (gateway/tests/client-aliases).
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

const { ask, sent } = await stockGateway({
  prices: {
    sdl: 'type Query { p: P } type P @key(fields: "id") { id: ID! price(currency: String): Int }',
    resolvers: {
      Query: { p: () => ({ id: 1 }) },
      P: {
        __resolveReference: (reference) => reference,
        price: (_, { currency }) => (currency === 'USD' ? 200 : 100),
      },
    },
  },
  taxes: {
    sdl: `type P @key(fields: "id") {
      id: ID! price(currency: String): Int @external tax: Int @requires(fields: "price")
    }`,
    resolvers: { P: { __resolveReference: (reference) => reference, tax: ({ price }) => price / 10 } },
  },
});
const seen = [];
for (const query of [
  '{ p { tax } }',
  '{ p { price(currency: "USD") tax } }',
  '{ p { tax price(currency: "USD") } }',
])
  seen.push({ query, ...(await ask(query)), taxesGot: sent.at(-1).match(/"price":\d+/)[0] });
compare(
  seen,
  [
    { query: '{ p { tax } }', data: { p: { tax: 10 } }, taxesGot: '"price":100' },
    {
      query: '{ p { price(currency: "USD") tax } }',
      data: { p: { price: 200, tax: 20 } },
      taxesGot: '"price":200',
    },
    {
      query: '{ p { tax price(currency: "USD") } }',
      data: { p: { tax: 10, price: 100 } },
      taxesGot: '"price":100',
    },
  ],
  '2026-12-01',
);
JS
node check.mjs
