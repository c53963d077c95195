import { comparablePostalCode, readPostalCode } from '@cartograph/kit/postal-code';
import { collectRefusals } from '@cartograph/kit/refusal';
import type { Money } from '@cartograph/money';
import { precisionOf, readAreas, type Area, type AreaInput, type Destination } from './area.js';
import { priceOf, type Method, type Parcel } from './method.js';

/** Destinations that have the same shipping methods. */
export interface Zone {
  readonly id: string;
  readonly name: string;
  readonly areas: readonly Area[];
  /** In the order in which they were created. */
  readonly methods: readonly Method[];
  readonly version: number;
  readonly createdAt: Date;
}

/** A method with its price for one parcel. */
export interface Option {
  readonly id: string;
  readonly name: string;
  readonly kind: Method['kind'];
  readonly price: Money;
  readonly estimatedDays: number;
}

/** The zone that describes a destination most precisely. Zones that overlap with equal precision are refused when they are written. */
export function findZone(zones: readonly Zone[], destination: Destination): Zone | undefined {
  let best: { zone: Zone; precision: number } | undefined;
  for (const zone of zones)
    for (const area of zone.areas) {
      const precision = precisionOf(area, destination);
      if (precision !== undefined && precision > (best?.precision ?? -1)) best = { zone, precision };
    }
  return best?.zone;
}

/** What ships a parcel to an address, cheapest first, then fastest. Empty if nothing does, or if the postal code is malformed. */
export function optionsFor(
  zones: readonly Zone[],
  address: { readonly country: string; readonly postalCode: string | null },
  parcel: Parcel,
): Option[] {
  const destination = readDestination(address);
  const zone = destination && findZone(zones, destination);
  return (zone?.methods ?? [])
    .flatMap((method) => {
      const { id, name, kind, estimatedDays } = method;
      const price = priceOf(method, parcel);
      return price ? [{ id, name, kind, price, estimatedDays }] : [];
    })
    .sort(
      (left, right) =>
        left.price.minor - right.price.minor ||
        left.estimatedDays - right.estimatedDays ||
        (left.id < right.id ? -1 : 1),
    );
}

function readDestination(address: {
  readonly country: string;
  readonly postalCode: string | null;
}): Destination | undefined {
  const { country, postalCode } = address;
  if (!postalCode?.trim()) return { country, postalCode: null };
  const read = readPostalCode(postalCode, country);
  return 'fault' in read ? undefined : { country, postalCode: comparablePostalCode(postalCode, country) };
}

/** The countries that a parcel can be sent to, in alphabetical order of their codes. */
export const reachedCountries = (zones: readonly Zone[]): string[] =>
  [
    ...new Set(
      zones
        .filter(({ methods }) => methods.some(({ isActive }) => isActive))
        .flatMap(({ areas }) => areas.map(({ country }) => country)),
    ),
  ].sort();

/** @throws Refusal INVALID_INPUT naming every invalid field */
export function readZone(input: { readonly name: string; readonly areas: readonly AreaInput[] }): {
  readonly name: string;
  readonly areas: readonly Area[];
} {
  const refusals = collectRefusals<string>();
  const name = refusals.text(['name'], 'The name', input.name, { max: 100, isRequired: true });
  const areas = readAreas(refusals, input.areas);
  refusals.throwIfAny();
  return { name, areas };
}
