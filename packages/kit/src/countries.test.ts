import { describe, expect, it } from '@jest/globals';
import { COUNTRY_CODES, countryName } from './countries.js';

describe('countries', () => {
  it('are the 249 of ISO 3166-1 and Kosovo, each with a name', () => {
    expect(COUNTRY_CODES.size).toBe(250);
    for (const code of COUNTRY_CODES) expect(countryName(code)).not.toBe(code);
    expect(countryName('XK')).toBe('Kosovo');
  });

  it('keep the code where it is unknown', () => {
    expect(['ZZZ', 'germany', ''].map(countryName)).toEqual(['ZZZ', 'germany', '']);
  });
});
