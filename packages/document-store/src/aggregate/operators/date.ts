/** Expressions on whole dates: arithmetic, text, timestamps. The calendar and the zones are in ../dates. */
import { format as show, typeName } from '../../bson/format.js';
import { Timestamp } from '../../bson/types.js';
import { errorCodes, MongoError } from '../../errors.js';
import { fixed, isNullish, type Operator } from '../core.js';
import { addToDate, differenceOfDates, truncateDate } from '../dates/arithmetic.js';
import { checkFormatToRead, checkFormatToWrite, readDate, writeDate } from '../dates/format.js';
import { dateOf, findInstant, instantOf } from '../dates/instant.js';
import { parseDate } from '../dates/parse.js';
import {
  type Arguments,
  dateArgument,
  integerOf,
  operator,
  startOfWeekArgument,
  unitOfValue,
  zoneArgument,
} from './date-arguments.js';
import { datePartOperators } from './date-parts.js';

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
  ...datePartOperators,
  $dateToString: dateToString,
  $dateFromString: dateFromString,
  $dateAdd: dateArithmetic(1n),
  $dateSubtract: dateArithmetic(-1n),
  $dateDiff: dateDiff,
  $dateTrunc: dateTrunc,
  $tsSecond: timestampPart('$tsSecond', 5687301, (value) => value >> 32n),
  $tsIncrement: timestampPart('$tsIncrement', 5687302, (value) => value & 0xffff_ffffn),
};
