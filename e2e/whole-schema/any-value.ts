import fc from 'fast-check';
import {
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLInputType,
  type GraphQLNamedInputType,
} from 'graphql';

const UNUSED_ID = '00000000-0000-7000-8000-000000000000';

/** What forms, scripts and attackers send where a text is wanted. */
const nastyTexts = [
  '',
  ' ',
  '\u0000',
  'a\u0000b@example.com',
  '\ud800',
  '\u202eabc\u0007',
  '\u200b',
  '\u3164@example.com',
  'İ@example.com',
  '👩🏽‍🚀'.repeat(40),
  'ﷺ'.repeat(60),
  'x'.repeat(20_000),
  '$where',
  '{"$gt":""}',
  '__proto__',
  'constructor',
  "'; DROP TABLE users; --",
  '%_\\',
  '../..',
  '-1',
  '1e9',
  'NaN',
  UNUSED_ID,
  Buffer.from('["users:createdAt","2026-02-30T00:00:00Z","x"]').toString('base64url'),
  Buffer.from(`["users:createdAt","0001-01-01T00:00:00Z","${UNUSED_ID}"]`).toString('base64url'),
  Buffer.from('["users:createdAt"').toString('base64url'),
  `g_${'A'.repeat(32)}`,
  `u_${UNUSED_ID}`,
];

/** Nothing here may be reached by a service that is told to call it. */
const urls = [
  'https://nobody.invalid/a.png',
  'http://127.0.0.1:1/',
  'http://[::1]:1/',
  'ftp://nobody.invalid',
  'javascript:alert(1)',
  'data:text/html,x',
  'https://user:secret@nobody.invalid/',
  `https://nobody.invalid/${'x'.repeat(3_000)}`,
];

const decimals = fc.oneof(
  fc.constantFrom('0', '-1.00', '0.001', '12.50', '999999999999999', '1e400', '000.10', '', 'twelve'),
  fc.integer({ min: 1, max: 100_000 }).map((cents) => (cents / 100).toFixed(2)),
);
const integers = fc.oneof(
  fc.constantFrom(0, -1, 1, 99, 100, 1_000_000_000, -2_147_483_648, 2_147_483_647),
  fc.integer({ min: -20, max: 120 }),
);
const moments = fc.constantFrom(
  '2026-01-01T00:00:00.000Z',
  '1970-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+23:59',
  '9999-12-31T23:59:59-23:59',
  '2026-02-30T00:00:00Z',
  '2016-12-31T23:59:60Z',
  '+275760-09-13T00:00:00.000Z',
  '-271821-04-20T00:00:00.000Z',
  'now',
);

/**
 * Values of an input type: what its own form allows, and now and then what it does not.
 * @param known texts that mean something to the shop (ids, cursors, addresses), which get past the first checks
 */
export function anyValueOf(type: GraphQLInputType, known: () => readonly string[]): fc.Arbitrary<unknown> {
  const texts = fc.oneof(
    fc.constantFrom(...nastyTexts),
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.emailAddress(),
    fc.nat().map((index) => known()[index % known().length]!),
  );
  const scalars: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    Int: integers,
    Float: fc.double(),
    Boolean: fc.boolean(),
    CountryCode: fc.constantFrom('DE', 'de', 'ZZ', 'XK'),
    Decimal: decimals,
    DateTime: moments,
    URL: fc.constantFrom(...urls),
  };
  const orNull = (wanted: GraphQLInputType, depth: number): fc.Arbitrary<unknown> =>
    isNonNullType(wanted) ? valueOf(wanted.ofType, depth) : fc.option(valueOf(wanted, depth), { freq: 4 });
  const wellFormed = (wanted: GraphQLInputType, depth: number): fc.Arbitrary<unknown> => {
    if (isListType(wanted))
      return fc.array(orNull(wanted.ofType, depth + 1), { maxLength: depth > 2 ? 2 : 5 });
    const named = wanted as GraphQLNamedInputType;
    if (isEnumType(named)) return fc.constantFrom(...named.getValues().map(({ name }) => name));
    if (!isInputObjectType(named)) return scalars[named.name] ?? texts;
    const fields = Object.values(named.getFields());
    return fc.record(Object.fromEntries(fields.map((field) => [field.name, orNull(field.type, depth + 1)])), {
      requiredKeys: fields.filter((field) => isNonNullType(field.type)).map(({ name }) => name),
    });
  };
  const valueOf = (wanted: GraphQLInputType, depth: number): fc.Arbitrary<unknown> =>
    fc.oneof(
      { weight: 40, arbitrary: wellFormed(wanted, depth) },
      { weight: 1, arbitrary: fc.constantFrom(null, 7, {}, [], true, '1') },
    );
  return orNull(type, 0);
}
