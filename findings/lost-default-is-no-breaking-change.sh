#!/usr/bin/env bash
# graphql-js and GraphQL Inspector do not call a lost default breaking.
#
# Versions: graphql 16.15.0, @graphql-inspector/core 8.0.0.
# One would guess: a schema check fails when `quantity: Int! = 1` becomes `quantity: Int!`, since every operation that omits the
#   argument is refused by validation from then on.
# What happens: graphql-js' findBreakingChanges reports nothing. For an argument, findDangerousChanges mentions a changed
#   default; for an input field it reports nothing at all, and neither function reports an input that becomes @oneOf.
#   GraphQL Inspector rates both lost defaults DANGEROUS, which passes its check; it does call @oneOf breaking.
# Why it matters: a CI check built on either lets a release through that breaks clients. Our scripts/compose/client-changes.mjs
#   judges defaults and @oneOf itself for that reason.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true,"type":"module"}' >package.json
npm install --silent --no-audit --no-fund graphql@16.15.0 @graphql-inspector/core@8.0.0
cat >check.mjs <<'JS'
import { diff } from '@graphql-inspector/core';
import { buildSchema, findBreakingChanges, findDangerousChanges, parse, validate } from 'graphql';

const cases = {
  'an argument loses its default': [
    'type Query { buy(quantity: Int! = 1): Int }', 'type Query { buy(quantity: Int!): Int }', '{ buy }',
  ],
  'an input field loses its default': [
    'type Query { buy(what: W): Int } input W { quantity: Int! = 1 }',
    'type Query { buy(what: W): Int } input W { quantity: Int! }',
    '{ buy(what: {}) }',
  ],
  'an input becomes @oneOf': [
    'type Query { buy(what: W): Int } input W { id: ID sku: ID }',
    'type Query { buy(what: W): Int } input W @oneOf { id: ID sku: ID }',
    '{ buy(what: { id: 1, sku: 2 }) }',
  ],
};
const seen = {};
for (const [name, [before, after, operation]] of Object.entries(cases)) {
  const [old, now] = [buildSchema(before), buildSchema(after)];
  const changes = await diff(old, now);
  seen[name] = {
    breaksTheOperation: validate(old, parse(operation)).length === 0 && validate(now, parse(operation)).length > 0,
    breaking: findBreakingChanges(old, now).map(({ type }) => type),
    dangerous: findDangerousChanges(old, now).map(({ type }) => type),
    inspector: changes.map(({ criticality }) => criticality.level),
  };
}
console.log(JSON.stringify(seen, null, 2));
const expected = {
  'an argument loses its default': {
    breaksTheOperation: true, breaking: [], dangerous: ['ARG_DEFAULT_VALUE_CHANGE'], inspector: ['DANGEROUS'],
  },
  'an input field loses its default': {
    breaksTheOperation: true, breaking: [], dangerous: [], inspector: ['DANGEROUS'],
  },
  'an input becomes @oneOf': { breaksTheOperation: true, breaking: [], dangerous: [], inspector: ['BREAKING'] },
};
if (JSON.stringify(seen) !== JSON.stringify(expected)) {
  console.error('This is no longer what was seen on 2026-11-30.');
  process.exit(1);
}
JS
node check.mjs
