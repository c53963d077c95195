/**
 * Dates. Parts and formats are worked out here; the arithmetic over calendar units ($dateAdd, $dateDiff, $dateTrunc,
 * $dateFromParts, …) is mingo's, which agrees with MongoDB there. Its week numbers and `%G`, `%U`, `%V` do not.
 */
import * as mingoDates from 'mingo/operators/expression/date';
import { Context } from 'mingo';
import { isNumeric } from '../../bson/compare.js';
import { toNumber } from '../../bson/number.js';
import { typeName } from '../../bson/format.js';
import { type Doc, doc, isDoc, type Maybe, ObjectId, Timestamp, type Value } from '../../bson/types.js';
import { MongoError } from '../../errors.js';
import { compileExpression, type Expression, isNullish, named, type Operator, parseNamed } from '../core.js';
import { parseDate } from './conversion.js';

const DAY = 86_400_000;

function toDate(value: Maybe): Date {
  if (value instanceof Date) return value;
  if (value instanceof ObjectId) return new Date(parseInt(value.hex.slice(0, 8), 16) * 1000);
  if (value instanceof Timestamp) return new Date(Number(value.value >> 32n) * 1000);
  throw new MongoError(16006, `can't convert from BSON type ${typeName(value)} to Date`);
}

const zones = new Map<string, Intl.DateTimeFormat>();

/** Minutes that local time is ahead of UTC at that moment. */
function offsetMinutes(date: Date, zone: string): number {
  const fixedOffset = /^([+-])(\d\d):?(\d\d)?$/.exec(zone);
  if (fixedOffset)
    return (fixedOffset[1] === '-' ? -1 : 1) * (Number(fixedOffset[2]) * 60 + Number(fixedOffset[3] ?? 0));
  if (zone === 'UTC' || zone === 'GMT' || zone === 'Z') return 0;
  let formatter = zones.get(zone);
  if (!formatter) {
    try {
      formatter = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    } catch {
      throw new MongoError(40485, `unrecognized time zone identifier: "${zone}"`);
    }
    zones.set(zone, formatter);
  }
  const name = formatter.formatToParts(date).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  const parts = /GMT([+-])(\d\d):(\d\d)/.exec(name);
  return parts ? (parts[1] === '-' ? -1 : 1) * (Number(parts[2]) * 60 + Number(parts[3])) : 0;
}

/** The date shifted so that its UTC fields read as local time in the zone. */
function localDate(value: Maybe, zone: Maybe): Date | null {
  if (isNullish(value) || zone === null) return null;
  const date = toDate(value);
  if (zone === undefined) return date;
  if (typeof zone !== 'string')
    throw new MongoError(40533, `timezone must evaluate to a string, found ${typeName(zone)}`);
  return new Date(date.getTime() + offsetMinutes(date, zone) * 60_000);
}

const dayOfYear = (date: Date): number =>
  Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY) + 1;
const isoDay = (date: Date): number => date.getUTCDay() || 7;
/** The Thursday of the date's week: its year is the ISO year. */
const thursday = (date: Date): Date => new Date(date.getTime() + (4 - isoDay(date)) * DAY);
const isoYear = (date: Date): number => thursday(date).getUTCFullYear();
const isoWeek = (date: Date): number => Math.floor((dayOfYear(thursday(date)) - 1) / 7) + 1;
const week = (date: Date): number => Math.floor((dayOfYear(date) + 6 - date.getUTCDay()) / 7);

const parts: Record<string, (date: Date) => number> = {
  $year: (date) => date.getUTCFullYear(),
  $month: (date) => date.getUTCMonth() + 1,
  $dayOfMonth: (date) => date.getUTCDate(),
  $dayOfYear: dayOfYear,
  $dayOfWeek: (date) => date.getUTCDay() + 1,
  $isoDayOfWeek: isoDay,
  $isoWeek: isoWeek,
  $week: week,
  $hour: (date) => date.getUTCHours(),
  $minute: (date) => date.getUTCMinutes(),
  $second: (date) => date.getUTCSeconds(),
  $millisecond: (date) => date.getUTCMilliseconds(),
};

function partOperator(part: (date: Date) => Value): Operator {
  return (argument, name) => {
    let dateExpression: Expression;
    let zoneExpression: Expression | undefined;
    if (isDoc(argument) && argument.has('date')) {
      const parsed = parseNamed(argument, name, ['date'], ['timezone']);
      dateExpression = compileExpression(parsed.get('date')!);
      zoneExpression = parsed.has('timezone') ? compileExpression(parsed.get('timezone')!) : undefined;
    } else {
      dateExpression = compileExpression(
        Array.isArray(argument) && argument.length === 1 ? argument[0]! : argument,
      );
    }
    return (scope) => {
      const date = localDate(
        dateExpression(scope),
        zoneExpression ? (zoneExpression(scope) ?? null) : undefined,
      );
      return date ? part(date) : null;
    };
  };
}

const months = 'January February March April May June July August September October November December'.split(
  ' ',
);
const pad = (value: number, width: number): string => String(value).padStart(width, '0');

function formatDate(date: Date, offset: number, pattern: string): string {
  return pattern.replace(/%(.)/g, (_, letter: string) => {
    switch (letter) {
      case 'Y':
        return pad(date.getUTCFullYear(), 4);
      case 'm':
        return pad(date.getUTCMonth() + 1, 2);
      case 'd':
        return pad(date.getUTCDate(), 2);
      case 'H':
        return pad(date.getUTCHours(), 2);
      case 'M':
        return pad(date.getUTCMinutes(), 2);
      case 'S':
        return pad(date.getUTCSeconds(), 2);
      case 'L':
        return pad(date.getUTCMilliseconds(), 3);
      case 'j':
        return pad(dayOfYear(date), 3);
      case 'w':
        return String(date.getUTCDay() + 1);
      case 'u':
        return String(isoDay(date));
      case 'U':
        return pad(week(date), 2);
      case 'V':
        return pad(isoWeek(date), 2);
      case 'G':
        return pad(isoYear(date), 4);
      case 'b':
        return months[date.getUTCMonth()]!.slice(0, 3);
      case 'B':
        return months[date.getUTCMonth()]!;
      case 'z':
        return `${offset < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(offset) / 60), 2)}${pad(Math.abs(offset) % 60, 2)}`;
      case 'Z':
        return String(offset);
      case '%':
        return '%';
    }
    throw new MongoError(18536, `Invalid format character '%${letter}' in format string`);
  });
}

const dateToString = named(
  ['date'],
  ['format', 'timezone', 'onNull'],
  ({ date, format, timezone, onNull, ...rest }) => {
    void rest;
    if (isNullish(date)) return onNull ?? null;
    if (format === null || timezone === null) return null;
    if (format !== undefined && typeof format !== 'string')
      throw new MongoError(
        18533,
        `$dateToString requires that 'format' be a string, found: ${typeName(format)}`,
      );
    const zone = typeof timezone === 'string' ? timezone : undefined;
    const offset = zone ? offsetMinutes(toDate(date), zone) : 0;
    const standard = zone && offset !== 0 ? '%Y-%m-%dT%H:%M:%S.%L' : '%Y-%m-%dT%H:%M:%S.%LZ';
    const local = localDate(date, zone)!;
    return format === undefined
      ? formatDate(local, offset, standard.replace('LZ', 'L')) + (standard.endsWith('Z') ? 'Z' : '')
      : formatDate(local, offset, format);
  },
);

type MingoOperator = (object: unknown, expression: unknown, options: unknown) => unknown;
const mingoContext = { context: Context.init({ expression: {} }) };

/** One of mingo's operators over arguments that are worked out already. */
function fromMingo(
  name: keyof typeof mingoDates,
  required: readonly string[],
  optional: readonly string[],
): Operator {
  const operator = mingoDates[name] as MingoOperator;
  return named(required, optional, (values) => {
    for (const value of Object.values(values)) if (isNullish(value)) return null;
    const plain = Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, isNumeric(value) ? toNumber(value) : value]),
    );
    const paths = Object.fromEntries(Object.keys(plain).map((key) => [key, `$${key}`]));
    try {
      return fromPlain(operator(plain, paths, mingoContext));
    } catch (error) {
      throw new MongoError('BadValue', `${name}: ${(error as Error).message}`);
    }
  });
}

function fromPlain(value: unknown): Maybe {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (value instanceof Date || typeof value === 'number') {
    if (Number.isNaN(Number(value))) throw new Error('the result is no date, or too far from 1970');
    return value;
  }
  if (value === null || value === undefined) return null;
  const result: Doc = doc({});
  for (const [name, item] of Object.entries(value)) result.set(name, fromPlain(item) ?? null);
  return result;
}

const dateDiff = fromMingo('$dateDiff', ['startDate', 'endDate', 'unit'], ['timezone', 'startOfWeek']);

const dateFromString = named(
  ['dateString'],
  ['format', 'timezone', 'onError', 'onNull'],
  ({ dateString, format, timezone, onError, onNull }) => {
    if (isNullish(dateString)) return onNull ?? null;
    try {
      if (typeof dateString !== 'string')
        throw new MongoError(
          'ConversionFailure',
          `$dateFromString requires that 'dateString' be a string, found: ${typeName(dateString)}`,
        );
      if (format === undefined && timezone === undefined) return parseDate(dateString);
      const plain = {
        dateString,
        ...(format === undefined ? {} : { format }),
        ...(timezone === undefined ? {} : { timezone }),
      };
      const paths = Object.fromEntries(Object.keys(plain).map((key) => [key, `$${key}`]));
      return fromPlain((mingoDates.$dateFromString as MingoOperator)(plain, paths, mingoContext));
    } catch (error) {
      if (onError !== undefined) return onError;
      throw error instanceof MongoError
        ? error
        : new MongoError('ConversionFailure', (error as Error).message);
    }
  },
);

export const dateOperators: Record<string, Operator> = {
  ...Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, partOperator(part)])),
  $isoWeekYear: partOperator((date) => BigInt(isoYear(date))),
  $dateToString: dateToString,
  $dateFromString: dateFromString,
  $dateAdd: fromMingo('$dateAdd', ['startDate', 'unit', 'amount'], ['timezone']),
  $dateSubtract: fromMingo('$dateSubtract', ['startDate', 'unit', 'amount'], ['timezone']),
  $dateDiff: (argument, name) => {
    const evaluate = dateDiff(argument, name);
    return (scope) => {
      const result = evaluate(scope);
      return typeof result === 'number' ? BigInt(result) : result;
    };
  },
  $dateTrunc: fromMingo('$dateTrunc', ['date', 'unit'], ['binSize', 'timezone', 'startOfWeek']),
  $dateFromParts: fromMingo(
    '$dateFromParts',
    [],
    [
      'year',
      'month',
      'day',
      'isoWeekYear',
      'isoWeek',
      'isoDayOfWeek',
      'hour',
      'minute',
      'second',
      'millisecond',
      'timezone',
    ],
  ),
  $dateToParts: fromMingo('$dateToParts', ['date'], ['timezone', 'iso8601']),
  $tsSecond: partOperator((date) => BigInt(Math.floor(date.getTime() / 1000))),
};
