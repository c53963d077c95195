#!/usr/bin/env bash
# With Apollo's gateway, a second mutation runs before the first one's joins are fetched.
#
# Versions: @apollo/gateway, @apollo/subgraph and @apollo/composition 2.14.4, graphql 16.15.0.
# One would guess: the fields of a mutation run one after the other (GraphQL specification, "Mutation": serially). In
#   `mutation { reserve(n: 3) { stockNow } cancelAll }` the stock is read before `cancelAll` resets it: 7 of 10.
# What happens: `stockNow` is 10. Both root fields belong to one subgraph and are sent as one operation; `stockNow` comes from
#   another subgraph, which is asked afterwards.
# Why it matters: a client that reads the effect of its first mutation sees the effect of its last one. Ours completes a
#   field, with its joins, before it begins the next (gateway/tests/joined-answers).
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

let stock = 10;
const { ask, sent } = await stockGateway({
  orders: {
    sdl: `type Query { ok: Boolean } type Mutation { reserve(n: Int!): Reservation cancelAll: Boolean }
      type Reservation @key(fields: "id") { id: ID! }`,
    resolvers: {
      Mutation: {
        reserve(_, { n }) {
          stock -= n;
          return { id: 1 };
        },
        cancelAll() {
          stock = 10;
          return true;
        },
      },
      Reservation: { __resolveReference: (reference) => reference },
    },
  },
  stock: {
    sdl: 'type Reservation @key(fields: "id") { id: ID! stockNow: Int }',
    resolvers: {
      Reservation: { __resolveReference: (reference) => reference, stockNow: () => stock },
    },
  },
});
const answer = await ask('mutation { reserve(n: 3) { stockNow } cancelAll }');
compare(
  { answer, asked: sent.map((one) => one.slice(0, one.indexOf(':'))) },
  { answer: { data: { reserve: { stockNow: 10 }, cancelAll: true } }, asked: ['orders', 'stock'] },
  '2026-12-01',
);
JS
node check.mjs
