/** `$dateAdd`, `$dateDiff` and `$dateTrunc` over instants: milliseconds since 1970, as BSON counts them. */
import { isLong } from '../../bson/number.js';
import { MongoError } from '../../errors.js';
import { calendarDay, dayNumber, daysInMonth, isoWeekday } from './calendar.js';
import { fromLocal, toLocal, type Zone } from './zone.js';

export type Unit =
  'year' | 'quarter' | 'month' | 'week' | 'day' | 'hour' | 'minute' | 'second' | 'millisecond';

const DAY_MS = 86_400_000n;
/** Units of a fixed length, and how many milliseconds they have. */
const FIXED: Partial<Record<Unit, bigint>> = {
  hour: 3_600_000n,
  minute: 60_000n,
  second: 1000n,
  millisecond: 1n,
};
const MONTHS: Partial<Record<Unit, number>> = { year: 12, quarter: 3, month: 1 };
const UNITS: ReadonlySet<string> = new Set([...Object.keys(MONTHS), 'week', 'day', ...Object.keys(FIXED)]);

export const isUnit = (name: string): name is Unit => UNITS.has(name);

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** 1 for `monday` or `mon` to 7 for `sunday` or `sun`, in any case; undefined for anything else. */
export function weekdayOf(name: string): number | undefined {
  const lower = name.toLowerCase();
  const index = WEEKDAYS.findIndex((weekday) => lower === weekday || lower === weekday.slice(0, 3));
  return index < 0 ? undefined : index + 1;
}

const floorDivide = (value: bigint, by: bigint): bigint => {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
};

/** A local time as the number of its day and the milliseconds since that day began. */
export function splitLocal(local: bigint): { readonly day: number; readonly time: number } {
  const day = floorDivide(local, DAY_MS);
  return { day: Number(day), time: Number(local - day * DAY_MS) };
}

export const joinLocal = (day: number, time: number | bigint): bigint => BigInt(day) * DAY_MS + BigInt(time);

/** The days in 2⁶⁴ milliseconds: as much as two dates can be apart. */
const MOST_DAYS = 213_503_982_335n;
const MOST: Record<Exclude<Unit, 'millisecond'>, bigint> = {
  year: MOST_DAYS / 365n + 1n,
  quarter: (MOST_DAYS / 365n + 1n) * 4n,
  month: (MOST_DAYS / 365n + 1n) * 12n,
  week: MOST_DAYS / 7n,
  day: MOST_DAYS,
  hour: MOST_DAYS * 24n,
  minute: MOST_DAYS * 1440n,
  second: MOST_DAYS * 86_400n,
};

const overflow = (): MongoError => new MongoError(5166406, 'dateAdd overflowed: the result is not a date');

/**
 * Days and longer units keep the local time of day, in months without that day on the last day of the month. Shorter
 * units are exact durations.
 * @throws MongoError 5976500 for an amount no date can bear, 5166406 for a result outside 64 bits
 */
export function addToDate(instant: bigint, unit: Unit, amount: bigint, zone: Zone): bigint {
  if (unit !== 'millisecond' && (amount <= -MOST[unit] || amount >= MOST[unit]))
    throw new MongoError(5976500, `invalid dateAdd 'amount' parameter value: ${amount} ${unit}`);
  const result = add(instant, unit, amount, zone);
  if (!isLong(result)) throw overflow();
  return result;
}

function add(instant: bigint, unit: Unit, amount: bigint, zone: Zone): bigint {
  if (amount === 0n) return instant;
  const milliseconds = FIXED[unit];
  if (milliseconds !== undefined) return instant + amount * milliseconds;
  const { day, time } = splitLocal(toLocal(instant, zone));
  const months = MONTHS[unit];
  const target =
    months === undefined
      ? day + Number(amount) * (unit === 'week' ? 7 : 1)
      : addMonths(day, Number(amount) * months);
  return fromLocal(joinLocal(target, time), zone);
}

function addMonths(number: number, months: number): number {
  const { year, month, day } = calendarDay(number);
  return dayNumber(year, month + months, Math.min(day, daysInMonth(year, month + months)));
}

/** The number of a local day's year, quarter, month, week or day, counted from any fixed point. */
function calendarIndex(day: number, unit: Unit, startOfWeek: number): number {
  if (unit === 'day') return day;
  // 1970-01-01 was a Thursday.
  if (unit === 'week') return Math.floor((day + 4 - startOfWeek) / 7);
  const { year, month } = calendarDay(day);
  return Math.floor((year * 12 + month - 1) / MONTHS[unit]!);
}

/** How many beginnings of a unit lie between two instants: from 23:59 to 00:01 it is one day. */
export function differenceOfDates(
  start: bigint,
  end: bigint,
  unit: Unit,
  zone: Zone,
  startOfWeek: number,
): bigint {
  const milliseconds = FIXED[unit];
  if (milliseconds === 1n) {
    if (!isLong(end - start)) throw new MongoError(5166308, 'dateDiff overflowed');
    return end - start;
  }
  const [localStart, localEnd] = [toLocal(start, zone), toLocal(end, zone)];
  if (milliseconds === undefined)
    return BigInt(
      calendarIndex(splitLocal(localEnd).day, unit, startOfWeek) -
        calendarIndex(splitLocal(localStart).day, unit, startOfWeek),
    );
  // Boundaries are those of local time, and the hour that a change of the clocks adds or removes is not one of them.
  const changeOfOffset = localEnd - end - (localStart - start);
  return (
    floorDivide(localEnd, milliseconds) -
    floorDivide(localStart, milliseconds) -
    changeOfOffset / milliseconds
  );
}

const MOST_CALENDAR_BINS = 100_000_000_000n;

/** The beginning of the bin that an instant is in; bins are counted from 2000-01-01 in the zone, or the week's start after it. */
export function truncateDate(
  instant: bigint,
  unit: Unit,
  binSize: bigint,
  zone: Zone,
  startOfWeek: number,
): bigint {
  const newMillennium = dayNumber(2000, 1, 1);
  const untilWeek = (startOfWeek - isoWeekday(newMillennium) + 7) % 7;
  const referenceDay = newMillennium + (unit === 'week' ? untilWeek : 0);
  const reference = fromLocal(joinLocal(referenceDay, 0), zone);
  const milliseconds = FIXED[unit];
  if (milliseconds !== undefined) {
    const size = binSize * milliseconds;
    if (!isLong(size)) throw new MongoError(5439002, 'dateTrunc overflowed');
    const result = reference + floorDivide(instant - reference, size) * size;
    if (!isLong(instant - reference) || !isLong(result))
      throw new MongoError(5439000, 'dateTrunc overflowed');
    return result;
  }
  if (binSize > MOST_CALENDAR_BINS) throw new MongoError(5439006, 'dateTrunc unsupported binSize value');
  const distance = differenceOfDates(reference, instant, unit, zone, startOfWeek);
  return addToDate(reference, unit, floorDivide(distance, binSize) * binSize, zone);
}
