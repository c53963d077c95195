import { Refusal } from '@cartograph/kit/refusal';
import { overlapOf } from './area.js';
import type { Method } from './method.js';
import type { Zone } from './zone.js';

export const MAX_ZONES = 200;
export const MAX_METHODS = 20;

/** A change of something that has been changed since the caller read it. */
export class Conflict extends Refusal {
  constructor(
    what: 'zone' | 'method',
    readonly current: Zone | Method,
  ) {
    super(
      'CONFLICT',
      `The ${what} has changed: it is now at version ${current.version}. Read it again and repeat your change.`,
      ['version'],
    );
  }
}

const nameKey = (name: string): string => name.normalize('NFC').toLowerCase();

/** @throws Refusal if a zone does not fit the others */
export function checkZone(zone: Zone, zones: readonly Zone[]): void {
  const others = zones.filter(({ id }) => id !== zone.id);
  if (others.length >= MAX_ZONES)
    throw new Refusal('INVALID_INPUT', `A shop has at most ${MAX_ZONES} zones. Delete one first.`);
  for (const other of others) {
    if (nameKey(other.name) === nameKey(zone.name))
      throw new Refusal('SHIPPING_NAME_TAKEN', `Another zone has the name "${other.name}".`, ['name']);
    zone.areas.forEach((area, index) => {
      for (const otherArea of other.areas) {
        const overlap = overlapOf(area, otherArea);
        if (overlap)
          throw new Refusal(
            'ZONE_OVERLAP',
            `The zone "${other.name}" also contains ${overlap}. Remove it from one of the two zones, or describe it by more digits here.`,
            ['areas', String(index)],
          );
      }
    });
  }
}

/** @throws Refusal if a method does not fit the others of its zone */
export function checkMethod(method: Method, { methods }: Zone): void {
  const others = methods.filter(({ id }) => id !== method.id);
  if (others.length >= MAX_METHODS)
    throw new Refusal('INVALID_INPUT', `A zone has at most ${MAX_METHODS} methods. Delete one first.`);
  const same = others.find(({ name }) => nameKey(name) === nameKey(method.name));
  if (same)
    throw new Refusal('SHIPPING_NAME_TAKEN', `Another method of this zone has the name "${same.name}".`, [
      'name',
    ]);
}

/** @throws Conflict if `version` is not the current one */
export function checkVersion(
  what: 'zone' | 'method',
  current: Zone | Method,
  version: number | null | undefined,
): void {
  if (version != null && version !== current.version) throw new Conflict(what, current);
}
