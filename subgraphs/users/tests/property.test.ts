import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Identity } from '@cartograph/service-kit';
import fc from 'fast-check';
import {
  buildASTSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isNonNullType,
  parse,
  type GraphQLField,
  type GraphQLInputType,
} from 'graphql';
import { PASSWORD, startUsersWorld, type UsersWorld } from './support/users-world.js';

const sdl = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');
const schema = buildASTSchema(parse(sdl), { assumeValidSDL: true });
const fields = [schema.getMutationType()!, schema.getQueryType()!].flatMap((root) =>
  Object.values(root.getFields()).map((field) => [`${root.name}.${field.name}`, root.name, field] as const),
);

let world: UsersWorld;
let identities: Identity[];
/** Values that get past the first checks, found in answers. */
const known: string[] = ['person1@example.com', PASSWORD];
beforeAll(async () => {
  world = await startUsersWorld();
  const people = await Promise.all([world.register(), world.registerAdmin(), world.registerAdmin()]);
  identities = [
    { kind: 'anonymous' },
    ...people.map(({ identity }) => identity),
    { kind: 'user', userId: 'no uuid\u0000', role: 'ADMIN', sessionId: '', expiresAt: 0 },
    { kind: 'service', name: 'orders' },
  ];
  for (const { id, session, identity } of people) known.push(id, session.refreshToken, identity.sessionId);
});
afterAll(() => world.close());

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 50 }),
  fc.emailAddress(),
  fc.uuid(),
  fc.base64String(),
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    'a\u0000@example.com',
    '\ud800',
    '\ud800@example.com',
    "'; DROP TABLE users; --",
    '%_\\',
    '{"$ne":null}',
    '👩🏽‍🚀'.repeat(30),
    'x'.repeat(100_000),
    '\u202e\u0007',
    'ﷺ'.repeat(60),
    'İ@example.com',
    'WyJ1c2VyczpjcmVhdGVkQXQiXQ',
    Buffer.from('["users:createdAt","2026-02-30T00:00:00Z","x"]').toString('base64url'),
    Buffer.from('["users:createdAt","0001-01-01T00:00:00Z","019c0000-0000-7000-8000-00000000000c"]').toString(
      'base64url',
    ),
  ),
  fc.nat().map((index) => known[index % known.length]!),
);

/** Values of a type as GraphQL gives it, and now and then one that it does not. */
function valuesOf(type: GraphQLInputType): fc.Arbitrary<unknown> {
  if (isNonNullType(type)) return valuesOf(type.ofType);
  const values = ((): fc.Arbitrary<unknown> => {
    if (isEnumType(type)) return fc.constantFrom(...type.getValues().map(({ name }) => name));
    if (isInputObjectType(type)) {
      return fc.record(
        Object.fromEntries(
          Object.values(type.getFields()).map((field) => [field.name, valuesOf(field.type)]),
        ),
        {
          requiredKeys: Object.values(type.getFields())
            .filter((field) => isNonNullType(field.type))
            .map(({ name }) => name),
        },
      );
    }
    if (getNamedType(type).name === 'Boolean') return fc.boolean();
    if (getNamedType(type).name === 'Int') return fc.oneof(fc.integer(), fc.integer({ min: -2, max: 110 }));
    return texts;
  })();
  return fc.oneof(
    { weight: 40, arbitrary: values },
    { weight: 1, arbitrary: fc.constantFrom(null, 7, {}, []) },
  );
}

function askFor(
  root: string,
  field: GraphQLField<unknown, unknown>,
  args: Record<string, unknown>,
  as: Identity,
) {
  const given = field.args.filter(({ name }) => name in args);
  const declared = given.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const passed = given.map(({ name }) => `${name}: $${name}`).join(', ');
  const text = `${root.toLowerCase()} ${declared && `(${declared})`} { ${field.name} ${passed && `(${passed})`} { __typename } }`;
  return world.query(text, args, { as });
}

describe('Whatever is given to', () => {
  it.each(fields)(
    '%s, it is answered or refused, and never a fault',
    async (_, root, field) => {
      const args = fc.record(Object.fromEntries(field.args.map(({ name, type }) => [name, valuesOf(type)])), {
        requiredKeys: field.args.filter(({ type }) => isNonNullType(type)).map(({ name }) => name),
      });
      await fc.assert(
        fc.asyncProperty(args, fc.nat(), async (given, who) => {
          const { errors = [] } = await askFor(root, field, given, identities[who % identities.length]!);
          const codes = errors.map(({ extensions }) => extensions?.code);
          for (const code of codes)
            expect(['BAD_USER_INPUT', 'UNAUTHENTICATED', 'FORBIDDEN']).toContain(code);
        }),
        { numRuns: 60 },
      );
    },
    120_000,
  );
});
