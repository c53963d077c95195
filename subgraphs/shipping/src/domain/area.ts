import { countryName, COUNTRY_CODES } from '@cartograph/kit/countries';
import { comparablePostalCode, isPostalCodeStart } from '@cartograph/kit/postal-code';
import type { RefusalCollector } from '@cartograph/kit/refusal';
import { printable } from '@cartograph/kit/text';

/** A country, or the part of it whose postal codes match. */
export interface Area {
  /** ISO 3166-1 alpha-2, or XK. */
  readonly country: string;
  /** Beginnings of postal codes such as `10`, and ranges of them such as `10..14`. Empty for the whole country. */
  readonly postalCodes: readonly string[];
}

/** Where a parcel goes. */
export interface Destination {
  readonly country: string;
  /** As `comparablePostalCode` gives it; null if it is unknown or the country has none. */
  readonly postalCode: string | null;
}

export const MAX_AREAS = 250;
export const MAX_POSTAL_CODES = 1_000;

interface Span {
  readonly from: string;
  readonly to: string;
}

/** `10..14` is from 10 to 14, and `10` from 10 to 10: codes are compared up to that length. */
function spanOf(postalCode: string): Span {
  const [from, to = from] = postalCode.split('..') as [string, string?];
  return { from, to };
}

/**
 * How precisely an area describes a destination: the number of characters of the postal code that had to match, 0 for a whole
 * country; undefined if the destination is elsewhere.
 */
export function precisionOf(area: Area, { country, postalCode }: Destination): number | undefined {
  if (area.country !== country) return undefined;
  if (area.postalCodes.length === 0) return 0;
  if (postalCode === null) return undefined;
  const lengths = area.postalCodes.map(spanOf).flatMap(({ from, to }) => {
    const start = postalCode.slice(0, from.length);
    return start.length === from.length && start >= from && start <= to ? [from.length] : [];
  });
  return lengths.length === 0 ? undefined : Math.max(...lengths);
}

/** Where two areas describe the same destinations with the same precision, in words; undefined if they never do. */
export function overlapOf(one: Area, other: Area): string | undefined {
  if (one.country !== other.country) return undefined;
  const name = countryName(one.country);
  if (one.postalCodes.length === 0 && other.postalCodes.length === 0) return `all of ${name}`;
  for (const left of one.postalCodes.map(spanOf))
    for (const right of other.postalCodes.map(spanOf))
      if (left.from.length === right.from.length && left.from <= right.to && right.from <= left.to)
        return `${left.from > right.from ? left.from : right.from} in ${name}`;
  return undefined;
}

/** An area as GraphQL passes it. */
export interface AreaInput {
  readonly country: string;
  readonly postalCodes?: readonly string[] | null | undefined;
}

/** Reads the areas of a zone. Everything wrong is added to `refusals`. */
export function readAreas(refusals: RefusalCollector<string>, inputs: readonly AreaInput[]): Area[] {
  if (inputs.length === 0 || inputs.length > MAX_AREAS)
    refusals.add(['areas'], `A zone needs 1 to ${MAX_AREAS} areas, got ${inputs.length}.`);
  const seen = new Set<string>();
  return inputs.slice(0, MAX_AREAS).map(({ country, postalCodes }, index) => {
    const field = ['areas', String(index)];
    if (!COUNTRY_CODES.has(country))
      refusals.add(
        [...field, 'country'],
        `"${printable(country)}" is not a country: expected a code such as DE.`,
      );
    else if (seen.has(country))
      refusals.add(
        [...field, 'country'],
        `${countryName(country)} is already in this zone. List all its postal codes in one area.`,
      );
    seen.add(country);
    return { country, postalCodes: readPostalCodes(refusals, field, country, postalCodes ?? []) };
  });
}

function readPostalCodes(
  refusals: RefusalCollector<string>,
  area: readonly string[],
  country: string,
  given: readonly string[],
): string[] {
  if (given.length > MAX_POSTAL_CODES)
    refusals.add(
      [...area, 'postalCodes'],
      `An area has at most ${MAX_POSTAL_CODES} postal codes, got ${given.length}.`,
    );
  const read = given.slice(0, MAX_POSTAL_CODES).map((text, index) => {
    const field = [...area, 'postalCodes', String(index)];
    const ends = text.split('..').map((end) => comparablePostalCode(end.replace(/\*\s*$/, ''), country));
    const [from = '', to = from] = ends;
    const isRead = ends.length <= 2 && ends.every((end) => isPostalCodeStart(end, country));
    if (!isRead)
      refusals.add(
        field,
        `"${printable(text, 40)}" is not the beginning of a postal code of ${countryName(country)}: expected one such as 10, or a range such as 10..14.`,
      );
    else if (from.length !== to.length || from > to)
      refusals.add(
        field,
        `"${printable(text, 40)}" is not a range: both ends must have the same length, and the lower one comes first.`,
      );
    return from === to ? from : `${from}..${to}`;
  });
  return [...new Set(read)];
}
