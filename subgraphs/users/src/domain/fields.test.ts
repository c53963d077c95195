import { describe, expect, it } from '@jest/globals';
import type { Refusal } from '@cartograph/kit';
import { foldForSearch, readFields } from './fields.js';

const faultOf = (kind: 'password' | 'name', value: string): string | undefined => {
  const fields = readFields();
  fields[kind](value, kind);
  try {
    fields.done();
    return undefined;
  } catch (error) {
    return (error as Refusal).errors.map(({ message }) => message).join();
  }
};

describe('A password', () => {
  it('has 8 to 200 characters, as people count them', () => {
    expect(faultOf('password', '1234567')).toMatch(/at least 8/);
    expect(faultOf('password', '12345678')).toBeUndefined();
    expect(faultOf('password', '🗝️🗝️🗝️🗝️')).toBeUndefined();
    expect(faultOf('password', 'x'.repeat(200))).toBeUndefined();
    expect(faultOf('password', 'x'.repeat(201))).toMatch(/at most 200/);
  });

  it('may hold spaces at its ends', () => {
    const fields = readFields();
    expect(fields.password('  secret  ', 'password')).toBe('  secret  ');
  });
});

describe('A name', () => {
  it.each(['A', "Sinéad O'Connor", '山田 太郎', 'محمد', '👩🏽‍🚀', 'x'.repeat(100)])('can be %s', (value) =>
    expect(faultOf('name', value)).toBeUndefined(),
  );
  it.each([
    '',
    ' ',
    '\u200b',
    '\u3164',
    '\u2800 \u115f',
    '\u0301',
    'a\u0007b',
    'a\u2028b',
    '\u202eevil',
    'x'.repeat(101),
    '\ud800',
  ])('cannot be %j', (value) => expect(faultOf('name', value)).toBeDefined());
});

describe('Text for searching', () => {
  it('has neither case nor accents nor control characters', () => {
    expect(foldForSearch('Édith\u0000 PIAF ﬁ')).toBe('edith piaf fi');
  });
});
