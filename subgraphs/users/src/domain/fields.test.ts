import { describe, expect, it } from '@jest/globals';
import type { Refusal } from '@cartograph/kit/refusal';
import { readFields } from './fields.js';

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
  it('has 8 to 200 code points', () => {
    expect(faultOf('password', '1234567')).toMatch(/8 to 200 characters, got 7/);
    expect(faultOf('password', '12345678')).toBeUndefined();
    expect(faultOf('password', '🗝️🗝️🗝️🗝️')).toBeUndefined();
    expect(faultOf('password', 'x'.repeat(200))).toBeUndefined();
    expect(faultOf('password', 'x'.repeat(201))).toMatch(/8 to 200 characters, got 201/);
  });

  it('may start and end with spaces', () => {
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
    'a\u2066b',
    'a\ue000b',
    'x'.repeat(101),
    '\ud800',
  ])('cannot be %j', (value) => expect(faultOf('name', value)).toBeDefined());
});

describe('An input', () => {
  it('is refused with every faulty field at once', () => {
    const fields = readFields();
    fields.email('ada', 'email');
    fields.password('short', 'password');
    fields.name('', 'name');
    fields.idempotencyKey('ü', 'idempotencyKey');
    expect(() => fields.done()).toThrow(
      expect.objectContaining({
        errors: ['email', 'password', 'name', 'idempotencyKey'].map((field) => ({
          code: 'INVALID_INPUT',
          message: expect.stringMatching(/\.$/),
          field: [field],
        })),
      }),
    );
  });
});
