import type { UserErrorOutput } from '@cartograph/kit';
import { readText, type TextRule } from '@cartograph/kit/text';
import { COUNTRY_CODES } from './countries.js';
import { readPostalCode } from './postal-code.js';

export interface Address {
  readonly name: string;
  readonly line1: string;
  readonly line2: string | null;
  readonly city: string;
  readonly region: string | null;
  /** Null if the country has no postal codes, or if it is optional there and was omitted. */
  readonly postalCode: string | null;
  /** ISO 3166-1 alpha-2, or XK for Kosovo. */
  readonly country: string;
}

export type AddressInput = Readonly<Partial<Record<keyof Address, string | null | undefined>>>;

const RULES: Record<Exclude<keyof Address, 'country' | 'postalCode'>, TextRule & { label: string }> = {
  name: { label: 'The name', max: 100, isRequired: true },
  line1: { label: 'The street address', max: 100, isRequired: true },
  line2: { label: 'The second address line', max: 100 },
  city: { label: 'The city', max: 100, isRequired: true },
  region: { label: 'The region', max: 100 },
};

/** Reads and normalizes an address. Adds an error for every invalid field to `errors`. */
export function readAddress(
  input: AddressInput,
  path: readonly string[],
  errors: UserErrorOutput[],
): Address | undefined {
  const before = errors.length;
  const values: Record<string, string | null> = {};
  const refuse = (field: string, message: string) =>
    errors.push({ code: 'INVALID_INPUT', message, field: [...path, field] });
  for (const [field, { label, ...rule }] of Object.entries(RULES)) {
    const read = readText(input[field as keyof typeof RULES], rule);
    if ('fault' in read) refuse(field, `${label} ${read.fault}.`);
    else values[field] = read.value;
  }
  const country = (input.country ?? '').trim().toUpperCase();
  if (country === '') refuse('country', 'The country is required.');
  else if (!COUNTRY_CODES.has(country)) {
    refuse(
      'country',
      `The country must be a two-letter ISO 3166-1 code, such as "DE"; got "${[...country].slice(0, 20).join('')}".`,
    );
  } else {
    const code = readPostalCode(input.postalCode, country);
    if ('fault' in code) refuse('postalCode', code.fault);
    else values['postalCode'] = code.value;
  }
  return errors.length > before ? undefined : ({ ...values, country } as unknown as Address);
}
