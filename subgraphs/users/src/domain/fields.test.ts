import { describe, expect, it } from '@jest/globals';
import type { Refusal } from '@cartograph/service-kit';
import { foldForSearch, normaliseEmail, readFields } from './fields.js';

const faultOf = (kind: 'email' | 'password' | 'name', value: string): string | undefined => {
  const fields = readFields();
  fields[kind](value, kind);
  try {
    fields.done();
    return undefined;
  } catch (error) {
    return (error as Refusal).errors.map(({ message }) => message).join();
  }
};

describe('An e-mail address', () => {
  it.each([
    'ada@example.com',
    'ada+shop@mail.example.co.uk',
    "o'hara@example.com",
    'ada@xn--bcher-kva.example',
    'ユーザー@例え.テスト',
    `${'a'.repeat(64)}@example.com`,
  ])('can be %s', (value) => expect(faultOf('email', value)).toBeUndefined());

  it.each([
    '',
    '   ',
    'ada',
    'ada@',
    '@example.com',
    'ada@example',
    'ada@@example.com',
    'ada lovelace@example.com',
    'ada@exam ple.com',
    'ada@-example.com',
    'ada@example..com',
    'ada@example.com,bob@example.com',
    'Ada <ada@example.com>',
    'ada\u0000@example.com',
    'ada\n@example.com',
    'ada@example.com\r\nBcc: all@example.com',
    `${'a'.repeat(250)}@example.com`,
    '\ud800@example.com',
  ])('cannot be %j', (value) => expect(faultOf('email', value)).toBeDefined());

  it('is written in one way, and writing it so again changes nothing', () => {
    for (const value of [' Ada@Example.COM\t', 'ａｄａ@example.com', 'İ@example.com', 'ﬁ@example.com']) {
      const once = normaliseEmail(value);
      expect(normaliseEmail(once)).toBe(once);
    }
    expect(normaliseEmail(' Ada@Example.COM\t')).toBe('ada@example.com');
    expect(normaliseEmail('ａｄａ@example.com')).toBe('ada@example.com');
  });
});

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
  it.each(['', ' ', '\u200b', '\u0301', 'a\u0007b', 'a\u2028b', '\u202eevil', 'x'.repeat(101), '\ud800'])(
    'cannot be %j',
    (value) => expect(faultOf('name', value)).toBeDefined(),
  );
});

describe('Text for searching', () => {
  it('has neither case nor accents nor control characters', () => {
    expect(foldForSearch('Édith\u0000 PIAF ﬁ')).toBe('edith piaf fi');
  });
});
