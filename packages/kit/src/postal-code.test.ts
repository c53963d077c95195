import { describe, expect, it } from '@jest/globals';
import { COUNTRY_CODES } from './countries.js';
import { comparablePostalCode, isPostalCodeStart, readPostalCode } from './postal-code.js';

const accepted: Readonly<Record<string, readonly string[]>> = {
  AD: ['AD500'],
  AR: ['1425', 'C1425CLA'],
  AT: ['1010', 'A-1010'],
  BR: ['01310-200', '01310200'],
  CA: ['K1A 0B1', 'k1a0b1'],
  CH: ['8001', 'CH-8001'],
  CZ: ['110 00'],
  DE: ['10115', 'D-10115'],
  ES: ['28013'],
  FR: ['75001', 'F-75001'],
  GB: ['SW1A 1AA', 'M1 1AE', 'B33 8TH', 'CR2 6XH', 'DN55 1PT', 'EC1A1BB', 'W1A 0AX'],
  GR: ['104 31'],
  IE: ['D02 AF30', 'D6W XH21', 'A65F4E2'],
  IL: ['9103401'],
  IN: ['110 001'],
  IT: ['00118'],
  JP: ['100-0001', '〒100-0001', '１００−０００１'],
  KZ: ['050000', 'A15A0A0'],
  LI: ['FL-9490'],
  LT: ['LT-01100', '01100'],
  LV: ['LV-1050'],
  MT: ['VLT 1117'],
  NL: ['1012 AB', '1012ab'],
  PL: ['00-950'],
  PT: ['1000-205', '1000'],
  SA: ['11564', '11564-1234'],
  SE: ['123 45', 'S-123 45'],
  SG: ['018956'],
  TW: ['106', '10617', '106409'],
  US: ['10001', '10001-1234'],
  VN: ['700000', '70000'],
  XK: ['10000'],
};
const refused: Readonly<Record<string, readonly string[]>> = {
  AT: ['10101', 'not a code'],
  CA: ['12345', 'K1A'],
  CH: ['80011'],
  DE: ['not a code', '1011', '101155', '1O115', 'DE'],
  FR: ['7500', 'Paris'],
  GB: ['12345', 'SW1A', 'SW1A 1A1'],
  IE: ['Dublin', '12345'],
  JP: ['100-001'],
  NL: ['1012', 'AB 1012'],
  US: ['1000', 'NY', '10001-12'],
  XK: ['Prishtina'],
  HK: ['none', '-?-'],
  AE: ['n/a'],
};
const withoutCodes = [
  'AE',
  'AG',
  'AO',
  'AW',
  'BF',
  'BJ',
  'BO',
  'BS',
  'BW',
  'BZ',
  'CD',
  'CF',
  'CG',
  'CI',
  'CM',
  'DJ',
];
const alsoWithout = [
  'DM',
  'FJ',
  'GD',
  'GH',
  'GM',
  'HK',
  'JM',
  'KI',
  'KM',
  'KN',
  'KP',
  'ML',
  'MO',
  'MR',
  'MW',
  'NR',
];
const andWithout = [
  'NU',
  'PA',
  'QA',
  'RW',
  'SB',
  'SC',
  'SL',
  'SR',
  'ST',
  'TD',
  'TG',
  'TK',
  'TO',
  'TV',
  'UG',
  'VU',
  'YE',
];

describe('a postal code', () => {
  it.each(Object.entries(accepted))('of %s can be written as people write it', (country, codes) => {
    for (const code of codes)
      expect([code, readPostalCode(code, country)]).toEqual([code, { value: expect.any(String) }]);
  });

  it.each(Object.entries(refused))('is refused if it cannot be one of %s', (country, codes) => {
    for (const code of codes)
      expect([code, readPostalCode(code, country)]).toEqual([code, { fault: expect.any(String) }]);
  });

  it('is required only where parcels need it', () => {
    for (const country of [...withoutCodes, ...alsoWithout, ...andWithout, 'IE', 'XK', 'CO', 'CL'])
      for (const nothing of ['', '  ', null, undefined, '\u200B'])
        expect([country, readPostalCode(nothing, country)]).toEqual([country, { value: null }]);
    for (const country of ['DE', 'US', 'GB', 'JP', 'CH'])
      expect(readPostalCode('', country)).toEqual({ fault: expect.stringContaining('is required for') });
  });

  it('never suggests an example that its country refuses', () => {
    for (const country of COUNTRY_CODES) {
      const answer = readPostalCode('?', country);
      const example = 'fault' in answer && /such as ([A-Z\d]+)/.exec(answer.fault)?.[1];
      if (example) expect([country, readPostalCode(example, country)]).toEqual([country, { value: example }]);
    }
  });

  it('says what was expected', () => {
    expect(readPostalCode('not a code', 'DE')).toEqual({
      fault: '"NOT A CODE" is not a postal code of Germany: expected a code such as 12345.',
    });
    expect(readPostalCode('none', 'HK')).toEqual({
      fault:
        '"NONE" is not a postal code: expected letters and digits. Leave it empty if Hong Kong SAR China has no postal codes.',
    });
    expect(readPostalCode('10\u0000115', 'DE')).toEqual({
      fault: 'The postal code contains control characters or line breaks; it must be one line of plain text.',
    });
  });

  it('is stored in upper case and otherwise as it was written', () => {
    expect(readPostalCode(' sw1a 1aa ', 'GB')).toEqual({ value: 'SW1A 1AA' });
  });
});

describe('comparing postal codes', () => {
  it.each([
    ['DE', ['10115', ' 10 115', 'D-10115', 'DE-10115', 'd10115'], '10115'],
    ['JP', ['〒100-0001', '１０００００１', '100 0001'], '1000001'],
    ['GB', ['sw1a 1aa', 'SW1A1AA'], 'SW1A1AA'],
    ['AD', ['AD500'], 'AD500'],
    ['KZ', ['A15H9D3'], 'A15H9D3'],
    ['DE', ['10', 'D-10'], '10'],
  ])('of %s: %j are %s', (country, ways, code) => {
    for (const way of ways) expect([way, comparablePostalCode(way, country)]).toEqual([way, code]);
  });

  it.each([
    ['DE', '1', true],
    ['DE', '10115', true],
    ['DE', '101155', false],
    ['DE', 'AB', false],
    ['DE', '', false],
    ['GB', 'SW1', true],
    ['GB', '12', false],
    ['NL', '1012A', true],
    ['AD', 'AD5', true],
    ['HK', '99', true],
    ['HK', '?', false],
  ])('of %s: one can begin with %j: %s', (country, start, can) => {
    expect(isPostalCodeStart(start, country)).toBe(can);
  });
});
