import { describe, expect, it } from '@jest/globals';
import { emailKey, readEmail, type EmailAddress } from './email.js';

const keyOf = (value: string): string => {
  const read = readEmail(value);
  if (typeof read === 'string') throw new Error(`${JSON.stringify(value)}: ${read}`);
  return read.key;
};

describe('An e-mail address', () => {
  it.each([
    'ada@example.com',
    'ada+shop@mail.example.co.uk',
    "o'hara!#$%&*/=?^_`{|}~-@example.com",
    'ada@xn--bcher-kva.example',
    'ユーザー@例え.テスト',
    'ada@123.example',
    'ada@ab--cd.example',
    `${'a'.repeat(64)}@example.com`,
    `ada@${'a'.repeat(63)}.com`,
    // 254 octets in total.
    `${'a'.repeat(64)}@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(57)}.com`,
  ])('can be %s', (value) => expect(readEmail(value)).toMatchObject({ address: value }));

  it.each([
    ['nothing', ''],
    ['spaces', '   '],
    ['no @', 'ada'],
    ['no domain', 'ada@'],
    ['no local part', '@example.com'],
    ['a domain of one label', 'ada@example'],
    ['two @', 'ada@@example.com'],
    ['a space', 'ada lovelace@example.com'],
    ['a space in the domain', 'ada@exam ple.com'],
    ['a dot first', '.a@example.com'],
    ['a dot last', 'a.@example.com'],
    ['two dots', 'a..b@example.com'],
    ['an ellipsis, which normalises to three dots', 'a…b@example.com'],
    ['two dots in the domain', 'ada@example..com'],
    ['a dot before the domain', 'ada@.example.com'],
    ['a dot after the domain', 'ada@example.com.'],
    ['a hyphen before a label', 'ada@-example.com'],
    ['a hyphen after a label', 'ada@example-.com'],
    ['an underscore in the domain', 'ada@exam_ple.com'],
    ['a label of 64 characters', `ada@${'a'.repeat(64)}.com`],
    ['an IPv4 address', 'ada@127.0.0.1'],
    ['the short form of an IPv4 address', 'ada@1.2'],
    ['an address literal', 'ada@[127.0.0.1]'],
    ['a percent sign in the domain', 'ada@ex%41mple.com'],
    ['invalid Punycode', 'ada@xn--a.com'],
    ['a snowman', 'ada@☃.net'],
    ['two addresses', 'ada@example.com,bob@example.com'],
    ['a name', 'Ada <ada@example.com>'],
    ['a quoted local part', '"ada"@example.com'],
    ['a line break', 'ada@example.com\r\nBcc: all@example.com'],
    ['a local part of 65 octets', `${'a'.repeat(65)}@example.com`],
    ['a local part of 66 octets in 33 letters', `${'ü'.repeat(33)}@example.com`],
    ['255 octets', `${'a'.repeat(64)}@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(58)}.com`],
    ['a megabyte', `${'a'.repeat(1_000_000)}@example.com`],
    ['a surrogate', '\ud800@example.com'],
  ])('cannot have %s', (_what, value) => expect(typeof readEmail(value)).toBe('string'));

  const invisible: [string, string][] = [];
  for (let code = 0; code <= 0x10ffff; code += 1) {
    const character = String.fromCodePoint(code);
    if (/\p{Default_Ignorable_Code_Point}|[\p{Cc}\p{Cf}]/u.test(character))
      invisible.push([`U+${code.toString(16).padStart(4, '0')}`, character]);
  }

  it('has no invisible character anywhere', () => {
    expect(invisible.length).toBeGreaterThan(4_000);
    const accepted = invisible.flatMap(([name, character]) =>
      [`a${character}b@example.com`, `a@exam${character}ple.com`, `a@example.com${character}c`]
        .filter((value) => typeof readEmail(value) !== 'string')
        .map(() => name),
    );
    expect(accepted).toEqual([]);
    for (const value of ['\ufeffada@example.com', 'ada@example.com\u200b', '\u2800ada@example.com'])
      expect(readEmail(value)).toMatch(/invisible/);
  });

  it.each([
    ['case', 'Ada@Example.COM', 'ada@example.com'],
    ['spaces around it', ' ada@example.com\t\n', 'ada@example.com'],
    ['width', 'ａｄａ＠ｅｘａｍｐｌｅ．ｃｏｍ', 'ada@example.com'],
    ['composition', 'e\u0301va@example.com', 'éva@example.com'],
    ['a ligature', 'ﬁ@example.com', 'fi@example.com'],
    ['the dotted I', 'İlayda@example.com', 'ilayda@example.com'],
    ['the dotted I in two code points', 'I\u0307layda@example.com', 'ilayda@example.com'],
    ['the dotted I in the domain', 'ada@İSTANBUL.example', 'ada@istanbul.example'],
    ['a final sigma', 'ΟΔΟΣ@example.com', 'οδοσ@example.com'],
    ['Punycode', 'ada@bücher.example', 'ada@xn--bcher-kva.example'],
    ['Punycode in capitals', 'ada@BÜCHER.example', 'ada@XN--BCHER-KVA.EXAMPLE'],
    ['ideographic full stops', 'ada@例え。テスト', 'ada@例え.テスト'],
  ])('is the same regardless of %s', (_what, one, other) => expect(keyOf(one)).toBe(keyOf(other)));

  it.each([
    ['ılayda@example.com', 'ilayda@example.com'],
    ['ada+shop@example.com', 'ada@example.com'],
    ['a.da@example.com', 'ada@example.com'],
    ['ada@faß.example', 'ada@fass.example'],
  ])('%s is not %s', (one, other) => expect(keyOf(one)).not.toBe(keyOf(other)));

  it('has one normal form, and normalising it again changes nothing', () => {
    for (const value of [' Ada@Example.COM\t', 'ａｄａ@example.com', 'İ@example.com', 'ﬁ@example.com']) {
      const once = (readEmail(value) as EmailAddress).address;
      expect((readEmail(once) as EmailAddress).address).toBe(once);
    }
  });

  it('that was registered before these rules has a key, too', () => {
    expect(emailKey('a\u200bb@example.com')).toBe('ab@example.com');
    expect(emailKey('i\u0307layda@example.com')).toBe('ilayda@example.com');
    expect(emailKey('a..b@exam_ple.com')).toBe('a..b@exam_ple.com');
  });
});
