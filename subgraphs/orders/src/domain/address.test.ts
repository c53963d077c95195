import { describe, expect, it } from '@jest/globals';
import { COUNTRY_CODES } from '@cartograph/kit/countries';
import { collectRefusals } from '@cartograph/kit/refusal';
import { readAddress, type AddressInput } from './address.js';

const good = { name: 'Ann', line1: 'Street 1', city: 'Town', postalCode: '1234', country: 'CH' };

function read(change: AddressInput) {
  const refusals = collectRefusals();
  const address = readAddress({ ...good, ...change }, ['shippingAddress'], refusals);
  return { address, errors: refusals.errors };
}

describe('an address', () => {
  it('is normalized', () => {
    const { address } = read({ name: '  Zoe\u0308 ', line2: '  ', country: 'ch' });
    expect(address).toEqual({ ...good, name: 'Zoë', line2: null, region: null, country: 'CH' });
  });

  it('may be written in any script', () => {
    expect(read({ name: '山田 太郎', city: 'گلگت', line1: '👩‍👩‍👧 Haus' }).errors).toEqual([]);
  });

  it('is refused with all its errors, each with its path', () => {
    const { errors } = read({
      name: '',
      line1: 'x'.repeat(101),
      city: 'To\u0000wn',
      country: 'Germany',
    });
    expect(errors).toEqual([
      { code: 'INVALID_INPUT', message: 'The name is required.', field: ['shippingAddress', 'name'] },
      {
        code: 'INVALID_INPUT',
        message: 'The street address may have at most 100 characters, got 101.',
        field: ['shippingAddress', 'line1'],
      },
      {
        code: 'INVALID_INPUT',
        message: 'The city contains control characters or line breaks; it must be one line of plain text.',
        field: ['shippingAddress', 'city'],
      },
      {
        code: 'INVALID_INPUT',
        message: 'The country must be a two-letter ISO 3166-1 code, such as "DE"; got "GERMANY".',
        field: ['shippingAddress', 'country'],
      },
    ]);
  });

  it('without a country is refused with a readable message', () => {
    expect(read({ country: ' ' }).errors).toEqual([
      { code: 'INVALID_INPUT', message: 'The country is required.', field: ['shippingAddress', 'country'] },
    ]);
  });

  it.each(['\u0007', '\n', '\u202E', '\u2066', '\uE000', '\uD800'])('has no %j in it', (character) => {
    expect(read({ line1: `a${character}b` }).errors).toHaveLength(1);
  });

  it.each(['\u200B', '\u3164', '\u2800', '\u2060\u00AD', '\u0301'])(
    'has no name that shows nothing: %j',
    (name) => {
      expect(read({ name }).errors).toEqual([
        { code: 'INVALID_INPUT', message: 'The name is required.', field: ['shippingAddress', 'name'] },
      ]);
    },
  );

  it('is refused for the postal code of another country, at the field', () => {
    expect(read({ postalCode: 'not a code', country: 'DE' }).errors).toEqual([
      {
        code: 'INVALID_INPUT',
        message: '"NOT A CODE" is not a postal code of Germany: expected a code such as 12345.',
        field: ['shippingAddress', 'postalCode'],
      },
    ]);
  });

  it.each(['HK', 'AE', 'AO', 'IE', 'XK'])('needs no postal code in %s', (country) => {
    expect(read({ postalCode: null, country }).address).toMatchObject({ postalCode: null, country });
    expect(read({ postalCode: undefined, country }).address).toMatchObject({ postalCode: null });
  });

  it('counts characters as people do, not UTF-16 units', () => {
    expect(read({ name: '😀'.repeat(100) }).errors).toEqual([]);
  });

  it('knows the 249 countries of ISO 3166-1 and Kosovo, all of which have a name', () => {
    const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
    expect(COUNTRY_CODES.size).toBe(250);
    expect([...COUNTRY_CODES].filter((code) => !names.of(code))).toEqual([]);
    for (const code of ['EU', 'UK', 'ZZ', 'AA']) expect(COUNTRY_CODES.has(code)).toBe(false);
  });
});
