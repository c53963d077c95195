import { MongoError } from '../../errors.js';

const DAY_MS = 86_400_000n;

/** A time zone, by Olson identifier or fixed offset. */
export interface Zone {
  /** True for no zone, `UTC`, and an offset of zero. */
  readonly isUtc: boolean;
  /** Milliseconds that local time is ahead of UTC at an instant, given in milliseconds since 1970. */
  offsetAt(instant: bigint): number;
}

const fixedZone = (offset: number): Zone => ({ isUtc: offset === 0, offsetAt: () => offset });

export const UTC: Zone = fixedZone(0);

const zones = new Map<string, Zone>([['UTC', UTC]]);

/**
 * @param id an Olson identifier, or `±HH`, `±HHMM` or `±HH:MM`
 * @throws MongoError 40485 for anything else
 */
export function zoneOf(id: string): Zone {
  const known = zones.get(id);
  if (known) return known;
  const [, sign, hours, minutes = '0'] = /^([+-])(\d\d)(?::?(\d\d))?$/.exec(id) ?? [];
  if (sign !== undefined)
    return fixedZone((sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000);
  const zone = namedZone(id);
  zones.set(id, zone);
  return zone;
}

let spellings: Map<string, string> | undefined;

/** Intl accepts identifiers in any case; MongoDB only as they are written in the time zone database. */
function isMisspelt(id: string): boolean {
  spellings ??= new Map(Intl.supportedValuesOf('timeZone').map((name) => [name.toLowerCase(), name]));
  return !/^[A-Z]/.test(id) || (spellings.get(id.toLowerCase()) ?? id) !== id;
}

function namedZone(id: string): Zone {
  let formatter: Intl.DateTimeFormat;
  try {
    if (isMisspelt(id)) throw new RangeError(id);
    formatter = new Intl.DateTimeFormat('en-US', { timeZone: id, timeZoneName: 'longOffset' });
  } catch {
    throw new MongoError(40485, `unrecognized time zone identifier: "${id}"`);
  }
  return { isUtc: false, offsetAt: rememberOffsets((instant) => readOffset(formatter.format(instant))) };
}

/** The offset at the end of a formatted date: `… GMT+05:30`, `… GMT-04:56:02` for local mean time, or `… GMT`. */
function readOffset(text: string): number {
  const [, sign, hours, minutes, seconds = '0'] = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(text) ?? [];
  if (sign === undefined) return 0;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
}

/** Since 1973 the clocks of all zones have changed at quarters of an hour. */
const QUARTER_MS = 900_000;
const QUARTERS_SINCE = Date.UTC(1973, 0);
/** What Intl can format. Dates beyond have the offset of the last one within. */
const MAX_DATE_MS = 8_640_000_000_000_000;
const MOST_REMEMBERED = 10_000;

/** Formatting a date takes microseconds, and a pipeline often asks for many dates that are close together. */
function rememberOffsets(read: (instant: number) => number): (instant: bigint) => number {
  const remembered = new Map<number, number>();
  return (exact) => {
    const instant = Math.max(-MAX_DATE_MS, Math.min(MAX_DATE_MS, Number(exact)));
    if (instant < QUARTERS_SINCE) return read(instant);
    const quarter = Math.floor(instant / QUARTER_MS);
    let offset = remembered.get(quarter);
    if (offset === undefined) {
      if (remembered.size >= MOST_REMEMBERED) remembered.clear();
      offset = read(quarter * QUARTER_MS);
      remembered.set(quarter, offset);
    }
    return offset;
  };
}

/** Local time in milliseconds, counted as if it were UTC. */
export const toLocal = (instant: bigint, zone: Zone): bigint => instant + BigInt(zone.offsetAt(instant));

/**
 * The instant of a local time. Of two (clocks were set back) the earlier one; for none (clocks were set forward) the
 * time that much later.
 */
export function fromLocal(local: bigint, zone: Zone): bigint {
  const before = BigInt(zone.offsetAt(local - DAY_MS));
  const after = BigInt(zone.offsetAt(local + DAY_MS));
  const isRight = (offset: bigint) => BigInt(zone.offsetAt(local - offset)) === offset;
  // The greater offset gives the earlier instant.
  const candidates = (before > after ? [before, after] : [after, before]).filter(isRight);
  return local - (candidates[0] ?? before);
}
