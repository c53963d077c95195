import { describe, expect, it } from '@jest/globals';
import { parseValue, type GraphQLScalarType } from 'graphql';
import { scalarResolvers } from './scalars.js';

const EXAMPLES = {
  CountryCode: '"DE"',
  Decimal: '"12.50"',
  DateTime: '"2026-03-14T15:09:26.535Z"',
  URL: '"https://example.com/mug.jpg"',
};

const messageOf = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
};

describe.each(Object.entries(EXAMPLES))('%s', (name, example) => {
  const scalar = scalarResolvers[name as keyof typeof EXAMPLES] as GraphQLScalarType;
  const expected = (got: string) => `${name}: expected a string such as ${example}, got ${got}.`;

  it('should take its example, as a literal and in a variable', () => {
    expect(scalar.parseLiteral(parseValue(example))).toEqual(scalar.parseValue(JSON.parse(example)));
  });

  it.each([
    [12, '12', 'the number 12'],
    [-12.5, '-12.5', 'the number -12.5'],
    [true, 'true', 'the boolean true'],
    ['', '""', '""'],
    ['nonsense', '"nonsense"', '"nonsense"'],
    [[1], '[1]', '[1]'],
  ])('should name what arrived: %j', (value, literal, got) => {
    expect(messageOf(() => scalar.parseValue(value))).toBe(expected(got));
    expect(messageOf(() => scalar.parseLiteral(parseValue(literal)))).toBe(expected(got));
  });

  it('should name an enum and an object as they were written', () => {
    expect(messageOf(() => scalar.parseLiteral(parseValue('NOW')))).toBe(expected('NOW'));
    expect(messageOf(() => scalar.parseValue({ at: 1 }))).toBe(expected('{"at":1}'));
  });

  it('should cut long texts', () => {
    expect(messageOf(() => scalar.parseValue('x'.repeat(10_000))).length).toBeLessThan(200);
  });
});
