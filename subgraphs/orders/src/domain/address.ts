import { COUNTRY_CODES } from '@cartograph/kit/countries';
import type { RefusalCollector } from '@cartograph/kit/refusal';
import { printable } from '@cartograph/kit/text';
import { readPostalCode } from '@cartograph/kit/postal-code';

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

const OPTIONAL = { max: 100 } as const;
const REQUIRED = { max: 100, isRequired: true } as const;

/** Reads and normalizes an address. Adds every invalid field to `refusals`; the result must not be used then. */
export function readAddress(
  input: AddressInput,
  path: readonly string[],
  refusals: RefusalCollector<'INVALID_INPUT'>,
): Address {
  const at = (field: keyof Address) => [...path, field];
  return {
    name: refusals.text(at('name'), 'The name', input.name, REQUIRED),
    line1: refusals.text(at('line1'), 'The street address', input.line1, REQUIRED),
    line2: refusals.text(at('line2'), 'The second address line', input.line2, OPTIONAL),
    city: refusals.text(at('city'), 'The city', input.city, REQUIRED),
    region: refusals.text(at('region'), 'The region', input.region, OPTIONAL),
    ...readCountry(input, at, refusals),
  };
}

/** The postal code is only read if the country is known. */
function readCountry(
  input: AddressInput,
  at: (field: keyof Address) => string[],
  refusals: RefusalCollector<'INVALID_INPUT'>,
): Pick<Address, 'country' | 'postalCode'> {
  const country = (input.country ?? '').trim().toUpperCase();
  if (country === '') refusals.add(at('country'), 'The country is required.');
  else if (!COUNTRY_CODES.has(country)) {
    refusals.add(
      at('country'),
      `The country must be a two-letter ISO 3166-1 code, such as "DE"; got "${printable(country, 20)}".`,
    );
  } else {
    const read = readPostalCode(input.postalCode, country);
    if ('value' in read) return { country, postalCode: read.value };
    refusals.add(at('postalCode'), read.fault);
  }
  return { country, postalCode: null };
}
