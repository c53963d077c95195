/** Date expressions. The arithmetic is in ../dates; here are the arguments, in the order in which MongoDB checks them. */
import { isNumeric } from '../../bson/compare.js';
import { format as show, typeName } from '../../bson/format.js';
import { toInteger } from '../../bson/number.js';
import { doc, isDoc, type Maybe, Timestamp, type Value } from '../../bson/types.js';
import { errorCodes, MongoError } from '../../errors.js';
import { compileExpression, type Expression, fixed, isNullish, type Operator, type Scope } from '../core.js';
import {
  addToDate,
  differenceOfDates,
  isUnit,
  joinLocal,
  splitLocal,
  truncateDate,
  type Unit,
  weekdayOf,
} from '../dates/arithmetic.js';
import {
  calendarDay,
  dayNumber,
  dayOfYear,
  isoDayNumber,
  isoWeek,
  isoWeekday,
  sundayWeek,
} from '../dates/calendar.js';
import { checkFormatToRead, checkFormatToWrite, readDate, writeDate } from '../dates/format.js';
import { dateOf, findInstant, instantOf } from '../dates/instant.js';
import { parseDate } from '../dates/parse.js';
import { fromLocal, toLocal, UTC, type Zone, zoneOf } from '../dates/zone.js';

/** The arguments of one call; each is evaluated when it is read. */
interface Arguments {
  has(name: string): boolean;
  get(name: string): Maybe;
}

interface Signature {
  /** Required arguments, and the code of the error if one is missing. */
  readonly required: Readonly<Record<string, number>>;
  readonly optional: readonly string[];
  /** Codes of the errors for an argument that is not a document, and for an unknown name. */
  readonly notDocument: number;
  readonly unknown: number;
  /** Further conditions on the names that were given. */
  check?(names: ReadonlySet<string>): void;
}

function operator(signature: Signature, evaluate: (args: Arguments, name: string) => Maybe): Operator {
  return (argument, name) => {
    if (!isDoc(argument))
      throw new MongoError(signature.notDocument, `${name} only supports an object as its argument`);
    for (const key of argument.keys())
      if (!Object.hasOwn(signature.required, key) && !signature.optional.includes(key))
        throw new MongoError(signature.unknown, `Unrecognized argument to ${name}: ${key}`);
    for (const [key, code] of Object.entries(signature.required))
      if (!argument.has(key)) throw new MongoError(code, `Missing '${key}' parameter to ${name}`);
    signature.check?.(new Set(argument.keys()));
    const compiled = new Map([...argument].map(([key, item]) => [key, compileExpression(item)]));
    return (scope: Scope) =>
      evaluate({ has: (key) => compiled.has(key), get: (key) => compiled.get(key)?.(scope) }, name);
  };
}

/** UTC where no zone is named, nothing for one that is null or missing. */
function zoneOfValue(value: Maybe): Zone | undefined {
  if (isNullish(value)) return undefined;
  if (typeof value !== 'string')
    throw new MongoError(40517, `timezone must evaluate to a string, found ${typeName(value)}`);
  return zoneOf(value);
}

const zoneArgument = (args: Arguments): Zone | undefined =>
  args.has('timezone') ? zoneOfValue(args.get('timezone')) : UTC;

function unitOfValue(value: Value, name: string): Unit {
  if (typeof value !== 'string')
    throw new MongoError(5439013, `${name} requires 'unit' to be a string, but got ${typeName(value)}`);
  if (!isUnit(value))
    throw new MongoError(
      'FailedToParse',
      `${name} parameter 'unit' value parsing failed :: caused by :: unknown time unit value: ${value}`,
    );
  return value;
}

const SUNDAY = 7;

/** The first day of the week, which only the unit `week` asks for; undefined for one that is null or missing. */
function startOfWeekArgument(args: Arguments, unit: Unit, name: string): number | undefined {
  if (unit !== 'week' || !args.has('startOfWeek')) return SUNDAY;
  const value = args.get('startOfWeek');
  if (isNullish(value)) return undefined;
  if (typeof value !== 'string')
    throw new MongoError(
      5439015,
      `${name} requires 'startOfWeek' to be a string, but got ${typeName(value)}`,
    );
  const weekday = weekdayOf(value);
  if (weekday === undefined)
    throw new MongoError(
      5439016,
      `${name} parameter 'startOfWeek' value cannot be recognized as a day of a week: ${value}`,
    );
  return weekday;
}

function dateArgument(value: Value, name: string, parameter: string): bigint {
  const instant = findInstant(value);
  if (instant === undefined)
    throw new MongoError(5166307, `${name} requires '${parameter}' to be a date, but got ${typeName(value)}`);
  return instant;
}

const integerOf = (value: Maybe): bigint | undefined => (isNumeric(value) ? toInteger(value) : undefined);

/** Parts of a local time: the number of its day, and the milliseconds since that day began. */
type Part = (day: number, time: number) => Value;

const hourOf = (time: number): number => Math.floor(time / 3_600_000);
const minuteOf = (time: number): number => Math.floor(time / 60_000) % 60;
const secondOf = (time: number): number => Math.floor(time / 1000) % 60;

const PARTS: Readonly<Record<string, Part>> = {
  $year: (day) => calendarDay(day).year,
  $month: (day) => calendarDay(day).month,
  $dayOfMonth: (day) => calendarDay(day).day,
  $dayOfYear: (day) => dayOfYear(day),
  $dayOfWeek: (day) => (isoWeekday(day) % 7) + 1,
  $isoDayOfWeek: (day) => isoWeekday(day),
  $isoWeek: (day) => isoWeek(day).week,
  $isoWeekYear: (day) => BigInt(isoWeek(day).year),
  $week: (day) => sundayWeek(day),
  $hour: (_day, time) => hourOf(time),
  $minute: (_day, time) => minuteOf(time),
  $second: (_day, time) => secondOf(time),
  $millisecond: (_day, time) => time % 1000,
};

/** `{ $year: date }`, `{ $year: [date] }` or `{ $year: { date, timezone } }`. */
const partOperator =
  (part: Part): Operator =>
  (argument, name) => {
    const { date, timezone } = partArguments(argument, name);
    return (scope) => {
      const value = date(scope);
      if (isNullish(value)) return null;
      const instant = instantOf(value);
      const zone = timezone ? zoneOfValue(timezone(scope)) : UTC;
      if (!zone) return null;
      const { day, time } = splitLocal(toLocal(instant, zone));
      return part(day, time);
    };
  };

function partArguments(argument: Value, name: string): { date: Expression; timezone?: Expression } {
  if (Array.isArray(argument)) {
    if (argument.length !== 1)
      throw new MongoError(
        40536,
        `${name} accepts exactly one argument if given an array, but was given ${argument.length}`,
      );
    return { date: compileExpression(argument[0]!) };
  }
  const isExpression = !isDoc(argument) || argument.keys().next().value?.startsWith('$');
  if (isExpression) return { date: compileExpression(argument) };
  for (const key of argument.keys())
    if (key !== 'date' && key !== 'timezone')
      throw new MongoError(40535, `unrecognized option to ${name}: "${key}"`);
  const [date, timezone] = [argument.get('date'), argument.get('timezone')];
  if (date === undefined)
    throw new MongoError(40539, `missing 'date' argument to ${name}, provided: ${show(argument)}`);
  return {
    date: compileExpression(date),
    ...(timezone === undefined ? {} : { timezone: compileExpression(timezone) }),
  };
}

const dateToParts = operator(
  { required: { date: 40522 }, optional: ['timezone', 'iso8601'], notDocument: 40524, unknown: 40520 },
  (args) => {
    const date = args.get('date');
    const zone = zoneArgument(args);
    if (!zone) return null;
    const isIso = args.has('iso8601') ? args.get('iso8601') : false;
    if (isNullish(isIso)) return null;
    if (typeof isIso !== 'boolean')
      throw new MongoError(40521, `iso8601 must evaluate to a bool, found ${typeName(isIso)}`);
    if (isNullish(date)) return null;
    const { day, time } = splitLocal(toLocal(instantOf(date), zone));
    const { year: isoWeekYear, week } = isoWeek(day);
    return doc({
      ...(isIso ? { isoWeekYear, isoWeek: week, isoDayOfWeek: isoWeekday(day) } : calendarDay(day)),
      hour: hourOf(time),
      minute: minuteOf(time),
      second: secondOf(time),
      millisecond: time % 1000,
    });
  },
);

const NATURAL = ['year', 'month', 'day'];
const ISO = ['isoWeekYear', 'isoWeek', 'isoDayOfWeek'];
const TIME = ['hour', 'minute', 'second', 'millisecond'];

/** These may be any 64-bit integer; years have a range of their own, and all others are 16-bit integers. */
const UNBOUNDED = ['year', 'isoWeekYear', 'second', 'millisecond'];

/** The integers that arguments evaluate to, or nothing if one of them is null or missing. */
function integerArguments(args: Arguments, names: readonly string[], least: number): bigint[] | undefined {
  const integers: bigint[] = [];
  for (const name of names) {
    const value = args.has(name) ? args.get(name) : least;
    if (isNullish(value)) return undefined;
    const integer = integerOf(value);
    if (integer === undefined)
      throw new MongoError(
        40515,
        `'${name}' must evaluate to an integer, found ${typeName(value)} with value ${show(value)}`,
      );
    if (!UNBOUNDED.includes(name) && BigInt.asIntN(16, integer) !== integer)
      throw new MongoError(
        31034,
        `'${name}' must evaluate to a value in the range [-32768, 32767]; value ${integer} is not in range`,
      );
    integers.push(integer);
  }
  return integers;
}

const dateFromParts = operator(
  {
    required: {},
    optional: [...NATURAL, ...ISO, ...TIME, 'timezone'],
    notDocument: 40519,
    unknown: 40518,
    check(names) {
      if (!names.has('year') && !names.has('isoWeekYear'))
        throw new MongoError(40516, `$dateFromParts requires either 'year' or 'isoWeekYear' to be present`);
      if (names.has('year') && ISO.some((name) => names.has(name)))
        throw new MongoError(40489, '$dateFromParts does not allow mixing natural dates with ISO dates');
      if (names.has('isoWeekYear') && NATURAL.some((name) => names.has(name)))
        throw new MongoError(40525, '$dateFromParts does not allow mixing ISO dates with natural dates');
    },
  },
  (args) => {
    const time = integerArguments(args, TIME, 0);
    const zone = time && zoneArgument(args);
    const names = args.has('year') ? NATURAL : ISO;
    const parts = zone && integerArguments(args, names, 1);
    if (!parts) return null;
    const [year = 0n, second = 0n, third = 0n] = parts;
    if (year < 1n || year > 9999n)
      throw new MongoError(
        args.has('year') ? 40523 : 31095,
        `'${names[0]}' must evaluate to an integer in the range 1 to 9999, found ${year}`,
      );
    const makeDay = args.has('year') ? dayNumber : isoDayNumber;
    const [hours = 0n, minutes = 0n, seconds = 0n, milliseconds = 0n] = time;
    const ofDay = ((hours * 60n + minutes) * 60n + seconds) * 1000n + milliseconds;
    return dateOf(fromLocal(joinLocal(makeDay(Number(year), Number(second), Number(third)), ofDay), zone));
  },
);

/** A format that was given and is not null; checked before anything else. */
function formatArgument(
  args: Arguments,
  name: string,
  notString: number,
  check: (format: string) => void,
): string | null | undefined {
  if (!args.has('format')) return undefined;
  const format = args.get('format');
  if (isNullish(format)) return null;
  if (typeof format !== 'string')
    throw new MongoError(
      notString,
      `${name} requires that 'format' be a string, found: ${typeName(format)} with value ${show(format)}`,
    );
  check(format);
  return format;
}

const dateToString = operator(
  {
    required: { date: 18628 },
    optional: ['format', 'timezone', 'onNull'],
    notDocument: 18629,
    unknown: 18534,
  },
  (args, name) => {
    const date = args.get('date');
    const format = formatArgument(args, name, 18533, checkFormatToWrite);
    const zone = zoneArgument(args);
    if (isNullish(date)) return args.has('onNull') ? args.get('onNull') : null;
    if (!zone || format === null) return null;
    const standard = zone.isUtc ? '%Y-%m-%dT%H:%M:%S.%LZ' : '%Y-%m-%dT%H:%M:%S.%L';
    return writeDate(instantOf(date), format ?? standard, zone);
  },
);

const dateFromString = operator(
  {
    required: { dateString: 40542 },
    optional: ['format', 'timezone', 'onError', 'onNull'],
    notDocument: 40540,
    unknown: 40541,
  },
  (args, name) => {
    const text = args.get('dateString');
    const format = formatArgument(args, name, 40684, checkFormatToRead);
    const zone = zoneArgument(args);
    if (isNullish(text)) return args.has('onNull') ? args.get('onNull') : null;
    try {
      if (typeof text !== 'string')
        throw new MongoError(
          'ConversionFailure',
          `${name} requires that 'dateString' be a string, found: ${typeName(text)} with value ${show(text)}`,
        );
      if (!zone || format === null) return null;
      return dateOf(format === undefined ? parseDate(text, zone) : readDate(text, format, zone));
    } catch (error) {
      const isHandled = error instanceof MongoError && error.code === errorCodes.ConversionFailure;
      if (isHandled && args.has('onError')) return args.get('onError');
      throw error;
    }
  },
);

const dateArithmetic = (sign: 1n | -1n): Operator =>
  operator(
    {
      required: { startDate: 5166402, unit: 5166402, amount: 5166402 },
      optional: ['timezone'],
      notDocument: 5166400,
      unknown: 5166401,
    },
    (args, name) => {
      const startDate = args.get('startDate');
      if (isNullish(startDate)) return null;
      const unitValue = args.get('unit');
      if (isNullish(unitValue)) return null;
      const unit = unitOfValue(unitValue, name);
      const amountValue = args.get('amount');
      if (isNullish(amountValue)) return null;
      const zone = zoneArgument(args);
      if (!zone) return null;
      const start = findInstant(startDate);
      if (start === undefined)
        throw new MongoError(5166403, `${name} requires startDate to be convertible to a date`);
      const amount = integerOf(amountValue);
      if (amount === undefined) throw new MongoError(5166405, `${name} expects integer amount of time units`);
      if (sign < 0n && amount === -(2n ** 63n))
        throw new MongoError(6045000, `invalid $dateSubtract 'amount' parameter value: ${amount}`);
      return dateOf(addToDate(start, unit, sign * amount, zone));
    },
  );

const dateDiff = operator(
  {
    required: { startDate: 5166303, endDate: 5166304, unit: 5166305 },
    optional: ['timezone', 'startOfWeek'],
    notDocument: 5166301,
    unknown: 5166302,
  },
  (args, name) => {
    const [start, end] = [args.get('startDate'), args.get('endDate')];
    if (isNullish(start) || isNullish(end)) return null;
    const unitValue = args.get('unit');
    if (isNullish(unitValue)) return null;
    const unit = unitOfValue(unitValue, name);
    const startOfWeek = startOfWeekArgument(args, unit, name);
    const zone = startOfWeek && zoneArgument(args);
    if (!zone) return null;
    return differenceOfDates(
      dateArgument(start, name, 'startDate'),
      dateArgument(end, name, 'endDate'),
      unit,
      zone,
      startOfWeek,
    );
  },
);

const dateTrunc = operator(
  {
    required: { date: 5439009, unit: 5439010 },
    optional: ['binSize', 'timezone', 'startOfWeek'],
    notDocument: 5439007,
    unknown: 5439008,
  },
  (args, name) => {
    const date = args.get('date');
    if (isNullish(date)) return null;
    const binSizeValue = args.has('binSize') ? args.get('binSize') : 1;
    if (isNullish(binSizeValue)) return null;
    const binSize = integerOf(binSizeValue);
    if (binSize === undefined)
      throw new MongoError(
        5439017,
        `${name} requires 'binSize' to be a 64-bit integer, but got value '${show(binSizeValue)}' of type ${typeName(binSizeValue)}`,
      );
    if (binSize <= 0n)
      throw new MongoError(
        5439018,
        `${name} requires 'binSize' to be greater than 0, but got value ${binSize}`,
      );
    const unitValue = args.get('unit');
    if (isNullish(unitValue)) return null;
    const unit = unitOfValue(unitValue, name);
    const startOfWeek = startOfWeekArgument(args, unit, name);
    const zone = startOfWeek && zoneArgument(args);
    if (!zone) return null;
    return dateOf(truncateDate(dateArgument(date, name, 'date'), unit, binSize, zone, startOfWeek));
  },
);

/** One half of a timestamp: `$tsSecond` or `$tsIncrement`. */
const timestampPart = (name: string, code: number, part: (value: bigint) => bigint): Operator =>
  fixed(1, (value) => {
    if (isNullish(value)) return null;
    if (value instanceof Timestamp) return part(BigInt.asUintN(64, value.value));
    throw new MongoError(code, `Argument to ${name} must be a timestamp, but is ${typeName(value)}`);
  });

export const dateOperators: Record<string, Operator> = {
  ...Object.fromEntries(Object.entries(PARTS).map(([name, part]) => [name, partOperator(part)])),
  $dateToParts: dateToParts,
  $dateFromParts: dateFromParts,
  $dateToString: dateToString,
  $dateFromString: dateFromString,
  $dateAdd: dateArithmetic(1n),
  $dateSubtract: dateArithmetic(-1n),
  $dateDiff: dateDiff,
  $dateTrunc: dateTrunc,
  $tsSecond: timestampPart('$tsSecond', 5687301, (value) => value >> 32n),
  $tsIncrement: timestampPart('$tsIncrement', 5687302, (value) => value & 0xffff_ffffn),
};
