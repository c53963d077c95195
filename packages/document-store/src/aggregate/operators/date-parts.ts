/** Date expressions that take a date apart or put one together: `$year`, `$isoWeek`, `$dateToParts`, `$dateFromParts`, … */
import { format as show, typeName } from '../../bson/format.js';
import { doc, isDoc, type Value } from '../../bson/types.js';
import { MongoError } from '../../errors.js';
import { compileExpression, type Expression, isNullish, type Operator } from '../core.js';
import { joinLocal, splitLocal } from '../dates/arithmetic.js';
import {
  calendarDay,
  dayNumber,
  dayOfYear,
  isoDayNumber,
  isoWeek,
  isoWeekday,
  sundayWeek,
} from '../dates/calendar.js';
import { dateOf, instantOf } from '../dates/instant.js';
import { fromLocal, toLocal, UTC } from '../dates/zone.js';
import { type Arguments, integerOf, operator, zoneArgument, zoneOfValue } from './date-arguments.js';

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

export const datePartOperators: Record<string, Operator> = {
  ...Object.fromEntries(Object.entries(PARTS).map(([name, part]) => [name, partOperator(part)])),
  $dateToParts: dateToParts,
  $dateFromParts: dateFromParts,
};
