/** Dates to and from text by a format: `%Y-%m-%d` and the like. */
import { MongoError } from '../../errors.js';
import { joinLocal, splitLocal } from './arithmetic.js';
import {
  calendarDay,
  dayNumber,
  dayOfYear,
  daysInMonth,
  isoDayNumber,
  isoWeek,
  isoWeekday,
  sundayWeek,
} from './calendar.js';
import { fromLocal, toLocal, UTC, type Zone } from './zone.js';

const MONTH_NAMES = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
];

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

interface LocalTime {
  /** The number of the local day. */
  readonly day: number;
  /** Milliseconds since the local day began. */
  readonly time: number;
  /** Minutes ahead of UTC. */
  readonly offset: number;
}

function formatYear(year: number): string {
  if (year < 0 || year > 9999)
    throw new MongoError(18537, `$dateToString is only defined on year 0-9999, tried to use year ${year}`);
  return pad(year, 4);
}

function formatOffset(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60), 2)}${pad(size % 60, 2)}`;
}

const WRITERS: Readonly<Record<string, (local: LocalTime) => string>> = {
  '%': () => '%',
  b: ({ day }) => MONTH_NAMES[calendarDay(day).month - 1]!.slice(0, 3),
  B: ({ day }) => MONTH_NAMES[calendarDay(day).month - 1]!,
  d: ({ day }) => pad(calendarDay(day).day, 2),
  G: ({ day }) => formatYear(isoWeek(day).year),
  H: ({ time }) => pad(Math.floor(time / 3_600_000), 2),
  j: ({ day }) => pad(dayOfYear(day), 3),
  L: ({ time }) => pad(time % 1000, 3),
  m: ({ day }) => pad(calendarDay(day).month, 2),
  M: ({ time }) => pad(Math.floor(time / 60_000) % 60, 2),
  S: ({ time }) => pad(Math.floor(time / 1000) % 60, 2),
  u: ({ day }) => String(isoWeekday(day)),
  U: ({ day }) => pad(sundayWeek(day), 2),
  V: ({ day }) => pad(isoWeek(day).week, 2),
  w: ({ day }) => String((isoWeekday(day) % 7) + 1),
  Y: ({ day }) => formatYear(calendarDay(day).year),
  z: ({ offset }) => formatOffset(offset),
  Z: ({ offset }) => String(offset),
};

/** What reading a date has found; `offset` in minutes. */
export interface DateFields {
  year?: number;
  month?: number;
  day?: number;
  dayOfYear?: number;
  isoYear?: number;
  isoWeek?: number;
  isoWeekday?: number;
  hour?: number;
  minute?: number;
  second?: number;
  millisecond?: number;
  offset?: number;
}

interface Reader {
  readonly pattern: RegExp;
  read(text: string): DateFields;
}

const digits = (pattern: RegExp, field: keyof DateFields): Reader => ({
  pattern,
  read: (text) => ({ [field]: Number(text) }),
});

const monthName: Reader = {
  pattern: new RegExp(MONTH_NAMES.flatMap((name) => [name, name.slice(0, 3)]).join('|'), 'iy'),
  read: (text) => ({ month: monthOf(text) }),
};

/** 1 to 12 by the first three letters of a name. */
export const monthOf = (name: string): number =>
  MONTH_NAMES.findIndex((month) => month.slice(0, 3).toLowerCase() === name.slice(0, 3).toLowerCase()) + 1;

/** Minutes of `Z`, `+02`, `+0200` or `+02:00`. */
export function readOffset(text: string): number {
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(text) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

const READERS: Readonly<Record<string, Reader>> = {
  '%': { pattern: /%/y, read: () => ({}) },
  b: monthName,
  B: monthName,
  d: digits(/\d{1,2}/y, 'day'),
  G: digits(/\d{4}/y, 'isoYear'),
  H: digits(/\d{1,2}/y, 'hour'),
  j: digits(/\d{1,3}/y, 'dayOfYear'),
  L: digits(/\d{1,3}/y, 'millisecond'),
  m: digits(/\d{1,2}/y, 'month'),
  M: digits(/\d{1,2}/y, 'minute'),
  S: digits(/\d{1,2}/y, 'second'),
  u: digits(/\d/y, 'isoWeekday'),
  V: digits(/\d{1,2}/y, 'isoWeek'),
  Y: digits(/\d{4}/y, 'year'),
  z: { pattern: /z|gmt|utc|[+-]\d\d(:?\d\d)?/iy, read: (text) => ({ offset: readOffset(text) }) },
  Z: { pattern: /[+-]?\d+/y, read: (text) => ({ offset: Number(text) }) },
};

/** @throws MongoError for a format that ends with a single `%` or has one before an unknown letter */
function checkFormat(format: string, known: object): void {
  for (let at = format.indexOf('%'); at >= 0; at = format.indexOf('%', at + 2)) {
    const letter = format.charAt(at + 1);
    if (letter === '') throw new MongoError(18535, `Unmatched '%' at end of format string`);
    if (!Object.hasOwn(known, letter))
      throw new MongoError(18536, `Invalid format character '%${letter}' in format string`);
  }
}

export const checkFormatToWrite = (format: string): void => checkFormat(format, WRITERS);
export const checkFormatToRead = (format: string): void => checkFormat(format, READERS);

/** The text of an instant in a zone. The format has been checked. */
export function writeDate(instant: bigint, format: string, zone: Zone): string {
  const offset = zone.offsetAt(instant);
  const local = { ...splitLocal(toLocal(instant, zone)), offset: Math.trunc(offset / 60_000) };
  return format.replace(/%(.)/gs, (_, letter: string) => WRITERS[letter]!(local));
}

const failure = (text: string, why: string): MongoError =>
  new MongoError('ConversionFailure', `Error parsing date string '${text}'; ${why}`);

/**
 * The instant that a text stands for. The format has been checked.
 * @throws MongoError ConversionFailure if the text does not follow the format, or is no date
 */
export function readDate(text: string, format: string, zone: Zone): bigint {
  const fields: DateFields = {};
  let at = 0;
  for (const [part, letter] of format.matchAll(/%(.)|[^%]/gs)) {
    if (letter === undefined) {
      if (text.charAt(at) !== part) throw failure(text, `${at}: expected '${part}'`);
      at += 1;
      continue;
    }
    const { pattern, read } = READERS[letter]!;
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) throw failure(text, `${at}: expected ${part}`);
    Object.assign(fields, read(found));
    at += found.length;
  }
  if (at < text.length) throw failure(text, `${at}: trailing data '${text.slice(at)}'`);
  return instantOfFields(fields, text, zone);
}

/**
 * The instant that fields make. A time that is missing is midnight.
 * @throws MongoError ConversionFailure if the day is incomplete, a field is out of its range, or the text has an
 *   offset although a zone is given
 */
export function instantOfFields(fields: DateFields, text: string, zone: Zone): bigint {
  const { hour = 0, minute = 0, second = 0, millisecond = 0, offset } = fields;
  if (hour > 24 || minute > 59 || second > 59 || (hour === 24 && minute + second + millisecond > 0))
    throw failure(text, 'the parsed time was invalid');
  if (offset !== undefined && !zone.isUtc)
    throw new MongoError(
      'ConversionFailure',
      'you cannot pass in a date/time string with GMT offset together with a timezone argument',
    );
  const time = hour * 3_600_000 + minute * 60_000 + second * 1000 + millisecond;
  const local = joinLocal(dayOfFields(fields, text), time);
  return fromLocal(local, zone.isUtc ? UTC : zone) - BigInt((offset ?? 0) * 60_000);
}

function dayOfFields(fields: DateFields, text: string): number {
  const { year, month, day, isoYear } = fields;
  const isIso = isoYear !== undefined || fields.isoWeek !== undefined || fields.isoWeekday !== undefined;
  if (isIso && (year !== undefined || month !== undefined || day !== undefined))
    throw failure(text, 'mixing of ISO dates with natural dates is not allowed');
  if (isoYear !== undefined) {
    const { isoWeek: week = 1, isoWeekday: weekday = 1 } = fields;
    if (week < 1 || week > 53 || weekday < 1 || weekday > 7)
      throw failure(text, 'the parsed ISO week or day was invalid');
    return isoDayNumber(isoYear, week, weekday);
  }
  if (year !== undefined && fields.dayOfYear !== undefined && month === undefined && day === undefined) {
    if (fields.dayOfYear < 1 || fields.dayOfYear > (daysInMonth(year, 2) === 29 ? 366 : 365))
      throw failure(text, 'the parsed day of the year was invalid');
    return dayNumber(year, 1, fields.dayOfYear);
  }
  if (year === undefined || month === undefined || day === undefined)
    throw new MongoError(
      'ConversionFailure',
      `an incomplete date/time string has been found, with elements missing: "${text}"`,
    );
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month))
    throw failure(text, 'the parsed date was invalid');
  return dayNumber(year, month, day);
}
