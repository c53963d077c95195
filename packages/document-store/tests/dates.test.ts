import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Collection, type Document, Long, ObjectId, Timestamp } from 'mongodb';
import { errorOf, openTestDatabase, type TestDatabase } from './support/server.js';

let database: TestDatabase;
let collection: Collection;
beforeAll(async () => {
  database = await openTestDatabase();
  collection = await database.collection([{ nothing: null }]);
});
afterAll(() => database.close());

const valueOf = async (expression: unknown): Promise<unknown> => {
  const [row] = await collection.aggregate([{ $project: { _id: 0, v: expression } }]).toArray();
  return row!['v'];
};
const codeOf = async (expression: unknown): Promise<unknown> => (await errorOf(valueOf(expression)))['code'];

/** `2026-10-31` or `2026-10-31T02:30`, in UTC. */
const at = (text: string): Date => new Date(text.includes('T') ? `${text}Z` : text);

describe('$dateAdd and $dateSubtract', () => {
  type Case = [
    operator: 'add' | 'subtract',
    start: string,
    amount: number,
    unit: string,
    zone: string,
    expected: string,
  ];
  it.each<Case>([
    // A month without the day ends earlier, and never later than the month it leads to.
    ['add', '2026-10-31', 1, 'month', 'UTC', '2026-11-30'],
    ['add', '2026-01-31', 1, 'month', 'UTC', '2026-02-28'],
    ['add', '2024-01-31', 1, 'month', 'UTC', '2024-02-29'],
    ['add', '2020-01-31', 13, 'month', 'UTC', '2021-02-28'],
    ['add', '2020-01-31', -1, 'month', 'UTC', '2019-12-31'],
    ['add', '2026-12-15', 1, 'month', 'UTC', '2027-01-15'],
    ['subtract', '2026-03-31', 1, 'month', 'UTC', '2026-02-28'],
    ['subtract', '2026-01-31', 14, 'month', 'UTC', '2024-11-30'],
    ['add', '2020-02-29', 1, 'year', 'UTC', '2021-02-28'],
    ['add', '2020-02-29', 4, 'year', 'UTC', '2024-02-29'],
    ['add', '2026-11-30', 1, 'quarter', 'UTC', '2027-02-28'],
    ['subtract', '2026-05-31', 1, 'quarter', 'UTC', '2026-02-28'],
    ['add', '1900-02-28', 1, 'day', 'UTC', '1900-03-01'],
    ['add', '2026-12-31T23:00', 2, 'hour', 'UTC', '2027-01-01T01:00'],
    ['add', '2026-12-31', 1, 'week', 'UTC', '2027-01-07'],
    ['add', '1969-12-31T23:59:59.999', 1, 'millisecond', 'UTC', '1970-01-01'],
    ['subtract', '1970-01-01', 90, 'minute', 'UTC', '1969-12-31T22:30'],
    ['add', '2026-01-01', 0, 'month', 'Europe/Berlin', '2026-01-01'],
    // The month's end is that of the zone.
    ['add', '2026-01-31T23:30', 1, 'month', 'Europe/Berlin', '2026-02-28T23:30'],
    ['add', '2021-01-01T03:00', 2, 'month', 'America/New_York', '2021-03-01T03:00'],
    ['add', '2026-01-30T19:00', 1, 'month', '+05:30', '2026-02-27T19:00'],
    ['add', '2026-01-31T01:00', 1, 'month', '-0800', '2026-03-01T01:00'],
    // Clocks are set forward on 29 March 2026 and back on 25 October: days keep the local time, hours are exact.
    ['add', '2026-03-28T12:00', 1, 'day', 'Europe/Berlin', '2026-03-29T11:00'],
    ['add', '2026-03-28T12:00', 24, 'hour', 'Europe/Berlin', '2026-03-29T12:00'],
    ['add', '2026-10-24T10:00', 1, 'day', 'Europe/Berlin', '2026-10-25T11:00'],
    ['subtract', '2026-10-25T11:00', 1, 'day', 'Europe/Berlin', '2026-10-24T10:00'],
    ['add', '2026-10-24T10:00', 1, 'week', 'Europe/Berlin', '2026-10-31T11:00'],
    ['add', '2026-06-15T10:00', 6, 'month', 'Europe/Berlin', '2026-12-15T11:00'],
    ['add', '2026-10-25T00:30', 60, 'minute', 'Europe/Berlin', '2026-10-25T01:30'],
    ['add', '2026-10-31T12:00', 1, 'day', 'America/New_York', '2026-11-01T13:00'],
    ['add', '2026-04-04T02:00', 1, 'day', 'Australia/Lord_Howe', '2026-04-05T02:30'],
    // 02:30 does not exist on 29 March, and comes twice on 25 October.
    ['add', '2026-03-28T01:30', 1, 'day', 'Europe/Berlin', '2026-03-29T01:30'],
    ['add', '2026-10-24T00:30', 1, 'day', 'Europe/Berlin', '2026-10-25T00:30'],
    // Samoa left out 30 December 2011.
    ['add', '2011-12-29T12:00', 2, 'day', 'Pacific/Apia', '2011-12-30T12:00'],
  ])('should %s from %s: %d %s in %s', async (operator, start, amount, unit, timezone, expected) => {
    const name = operator === 'add' ? '$dateAdd' : '$dateSubtract';
    expect(await valueOf({ [name]: { startDate: at(start), unit, amount, timezone } })).toEqual(at(expected));
  });

  it('should accept ObjectIds and timestamps, and whole numbers of any type', async () => {
    const seconds = Date.UTC(2026, 0) / 1000;
    const startDates = [
      ObjectId.createFromTime(seconds),
      new Timestamp(Long.fromBits(1, seconds)),
      new Date(seconds * 1000),
    ];
    for (const startDate of startDates)
      for (const amount of [1, Long.fromNumber(1), { $toDecimal: '1.0' }, { $toDouble: 1 }])
        expect(await valueOf({ $dateAdd: { startDate, unit: 'day', amount } })).toEqual(at('2026-01-02'));
  });

  it.each([
    [{ startDate: at('2026-01-01'), unit: 'day' }, 5166402],
    [{ startDate: at('2026-01-01'), unit: 'day', amount: 1, extra: 1 }, 5166401],
    ['2026-01-01', 5166400],
    [{ startDate: '2026-01-01', unit: 'day', amount: 1 }, 5166403],
    [{ startDate: at('2026-01-01'), unit: 'day', amount: 1.5 }, 5166405],
    [{ startDate: at('2026-01-01'), unit: 'day', amount: '1' }, 5166405],
    [{ startDate: at('2026-01-01'), unit: 'days', amount: 1 }, 9],
    [{ startDate: at('2026-01-01'), unit: 'Day', amount: 1 }, 9],
    [{ startDate: at('2026-01-01'), unit: 1, amount: 1 }, 5439013],
    [{ startDate: at('2026-01-01'), unit: 'year', amount: 1e12 }, 5976500],
    [{ startDate: at('2026-01-01'), unit: 'year', amount: 500_000_000 }, 5166406],
    [{ startDate: at('2026-01-01'), unit: 'day', amount: 1, timezone: 'Mars/Olympus' }, 40485],
    [{ startDate: at('2026-01-01'), unit: 'day', amount: 1, timezone: 1 }, 40517],
  ])('should refuse %j with code %d', async (argument, code) => {
    expect(await codeOf({ $dateAdd: argument })).toBe(code);
    expect(await codeOf({ $dateSubtract: argument })).toBe(code);
  });
});

describe('$dateDiff', () => {
  it.each<[string, string, string, Document, number]>([
    ['2026-11-30T23:59', '2026-12-01T00:01', 'day', {}, 1],
    ['2026-12-01T00:01', '2026-11-30T23:59', 'day', {}, -1],
    ['2026-12-01T00:00', '2026-12-01T23:59', 'day', {}, 0],
    ['2026-12-31', '2027-01-01', 'year', {}, 1],
    ['2026-01-01', '2026-12-31', 'year', {}, 0],
    ['2026-12-31', '2027-01-01', 'quarter', {}, 1],
    ['2026-01-31', '2026-02-01', 'month', {}, 1],
    ['2024-02-29', '2026-02-28', 'month', {}, 24],
    ['1969-12-31T23:59:59.999', '1970-01-01', 'second', {}, 1],
    ['2026-12-01T10:59:59', '2026-12-01T11:00', 'hour', {}, 1],
    ['2026-12-01T10:00', '2026-12-01T10:59', 'hour', {}, 0],
    ['2026-12-01T10:00:59', '2026-12-01T10:01', 'minute', {}, 1],
    ['2026-12-01', '2026-12-01T00:00:00.250', 'millisecond', {}, 250],
    // 29 November 2026 is a Sunday, with which weeks begin unless something else is said.
    ['2026-11-28', '2026-11-29', 'week', {}, 1],
    ['2026-11-29', '2026-12-05', 'week', {}, 0],
    ['2026-11-28', '2026-11-29', 'week', { startOfWeek: 'monday' }, 0],
    ['2026-11-29', '2026-11-30', 'week', { startOfWeek: 'Mon' }, 1],
    ['2026-11-29', '2026-11-30', 'week', { startOfWeek: 'FRIDAY' }, 0],
    ['2026-11-30', '2026-11-28', 'week', {}, -1],
    ['2026-11-28', '2026-11-29', 'day', { startOfWeek: 'no day of a week' }, 1],
    // Boundaries are those of the zone.
    ['2026-12-31T22:30', '2026-12-31T23:30', 'year', { timezone: 'Europe/Berlin' }, 1],
    ['2026-12-31T23:30', '2027-01-01T00:30', 'year', { timezone: 'Europe/Berlin' }, 0],
    ['2026-01-01T00:29', '2026-01-01T00:31', 'hour', { timezone: 'Asia/Kolkata' }, 1],
    ['2026-01-01T00:29', '2026-01-01T00:31', 'hour', { timezone: '+05:30' }, 1],
    ['2026-01-01T00:29', '2026-01-01T00:31', 'hour', {}, 0],
    // The day on which clocks are set forward has 23 hours, the other one 25.
    ['2026-03-28T23:00', '2026-03-29T22:00', 'hour', { timezone: 'Europe/Berlin' }, 23],
    ['2026-03-28T23:00', '2026-03-29T22:00', 'day', { timezone: 'Europe/Berlin' }, 1],
    ['2026-10-24T22:00', '2026-10-25T23:00', 'hour', { timezone: 'Europe/Berlin' }, 25],
    ['2026-10-24T22:00', '2026-10-25T23:00', 'minute', { timezone: 'Europe/Berlin' }, 1500],
    ['2026-10-24T22:00', '2026-10-25T22:59', 'day', { timezone: 'Europe/Berlin' }, 0],
  ])('should count from %s to %s in %s with %j', async (start, end, unit, options, expected) => {
    const dates = { startDate: at(start), endDate: at(end) };
    expect(await valueOf({ $dateDiff: { ...dates, unit, ...options } })).toBe(expected);
    expect(await valueOf({ $type: { $dateDiff: { ...dates, unit, ...options } } })).toBe('long');
  });

  const dates = { startDate: at('2026-01-01'), endDate: at('2026-01-02') };
  it.each([
    ['x', 5166301],
    [{ ...dates, unit: 'day', extra: 1 }, 5166302],
    [{ endDate: dates.endDate, unit: 'day' }, 5166303],
    [{ startDate: dates.startDate, unit: 'day' }, 5166304],
    [dates, 5166305],
    [{ ...dates, startDate: 'x', unit: 'day' }, 5166307],
    [{ ...dates, unit: 'week', startOfWeek: 'm' }, 5439016],
    [{ ...dates, unit: 'week', startOfWeek: 1 }, 5439015],
    [{ ...dates, unit: 'decade' }, 9],
    [{ ...dates, unit: 'day', timezone: 'europe/berlin' }, 40485],
  ])('should refuse %j with code %d', async (argument, code) => {
    expect(await codeOf({ $dateDiff: argument })).toBe(code);
  });
});

describe('$dateTrunc', () => {
  // A Tuesday.
  const date = '2026-12-01T10:35:45.678';
  it.each<[string, Document, string]>([
    [date, { unit: 'year' }, '2026-01-01'],
    [date, { unit: 'quarter' }, '2026-10-01'],
    [date, { unit: 'month' }, '2026-12-01'],
    [date, { unit: 'week' }, '2026-11-29'],
    [date, { unit: 'week', startOfWeek: 'monday' }, '2026-11-30'],
    [date, { unit: 'week', startOfWeek: 'wed' }, '2026-11-25'],
    [date, { unit: 'day' }, '2026-12-01'],
    [date, { unit: 'hour' }, '2026-12-01T10:00'],
    [date, { unit: 'minute' }, '2026-12-01T10:35'],
    [date, { unit: 'second' }, '2026-12-01T10:35:45'],
    [date, { unit: 'millisecond' }, date],
    // Bins are counted from the beginning of 2000; those of weeks from its first Sunday.
    [date, { unit: 'minute', binSize: 15 }, '2026-12-01T10:30'],
    [date, { unit: 'hour', binSize: 5 }, '2026-12-01T06:00'],
    [date, { unit: 'month', binSize: 5 }, '2026-09-01'],
    [date, { unit: 'year', binSize: 10 }, '2020-01-01'],
    [date, { unit: 'week', binSize: 2 }, '2026-11-29'],
    ['2026-12-06', { unit: 'week', binSize: 2 }, '2026-11-29'],
    ['1999-12-31T23:00', { unit: 'year', binSize: 10 }, '1990-01-01'],
    ['1969-12-31T23:00', { unit: 'hour', binSize: 2 }, '1969-12-31T22:00'],
    // In a zone.
    ['2026-03-29T12:00', { unit: 'day', timezone: 'Europe/Berlin' }, '2026-03-28T23:00'],
    ['2026-03-30T12:00', { unit: 'day', timezone: 'Europe/Berlin' }, '2026-03-29T22:00'],
    ['2026-07-15T12:00', { unit: 'month', timezone: 'Europe/Berlin' }, '2026-06-30T22:00'],
    ['2026-07-15T12:00', { unit: 'year', timezone: 'Europe/Berlin' }, '2025-12-31T23:00'],
    ['2026-07-01T12:40', { unit: 'hour', timezone: 'Asia/Kolkata' }, '2026-07-01T12:30'],
    ['2026-07-01T12:40', { unit: 'hour', timezone: '+05:30' }, '2026-07-01T12:30'],
    ['2026-11-29T03:00', { unit: 'week', timezone: 'America/New_York' }, '2026-11-22T05:00'],
  ])('should truncate %s by %j', async (from, options, expected) => {
    expect(await valueOf({ $dateTrunc: { date: at(from), ...options } })).toEqual(at(expected));
  });

  it.each([
    ['x', 5439007],
    [{ date: at(date), unit: 'day', extra: 1 }, 5439008],
    [{ unit: 'day' }, 5439009],
    [{ date: at(date) }, 5439010],
    [{ date: 'x', unit: 'day' }, 5166307],
    [{ date: at(date), unit: 'day', binSize: 0 }, 5439018],
    [{ date: at(date), unit: 'day', binSize: -1 }, 5439018],
    [{ date: at(date), unit: 'day', binSize: 1.5 }, 5439017],
    [{ date: at(date), unit: 'day', binSize: 1e12 }, 5439006],
    [{ date: at(date), unit: 'hour', binSize: 9e15 }, 5439002],
    [{ date: at(date), unit: 'week', startOfWeek: 'x' }, 5439016],
  ])('should refuse %j with code %d', async (argument, code) => {
    expect(await codeOf({ $dateTrunc: argument })).toBe(code);
  });
});

describe('date expressions', () => {
  const date = at('2026-12-01');
  const complete: Record<string, Document> = {
    $dateAdd: { startDate: date, unit: 'day', amount: 1, timezone: 'UTC' },
    $dateSubtract: { startDate: date, unit: 'day', amount: 1, timezone: 'UTC' },
    $dateDiff: { startDate: date, endDate: date, unit: 'week', timezone: 'UTC', startOfWeek: 'mon' },
    $dateTrunc: { date, unit: 'week', binSize: 2, timezone: 'UTC', startOfWeek: 'mon' },
    $dateToParts: { date, timezone: 'UTC', iso8601: true },
    $dateToString: { date, format: '%Y', timezone: 'UTC' },
    $dateFromString: { dateString: '2026', format: '%Y', timezone: 'UTC', onError: 0 },
    $dateFromParts: {
      year: 1,
      month: 1,
      day: 1,
      hour: 1,
      minute: 1,
      second: 1,
      millisecond: 1,
      timezone: 'UTC',
    },
    $hour: { date, timezone: 'UTC' },
    $isoWeekYear: { date, timezone: 'UTC' },
  };

  it.each(
    Object.entries(complete).flatMap(([operator, argument]) =>
      Object.keys(argument)
        .filter((name) => name !== 'onError')
        .map((name) => [operator, name] as const),
    ),
  )('should give null for %s if its %s is null or missing', async (operator, name) => {
    for (const value of [null, '$nothing', '$missing'])
      expect(await valueOf({ [operator]: { ...complete[operator], [name]: value } })).toBeNull();
  });

  it('should keep dates that JavaScript cannot hold', async () => {
    const far = { $dateAdd: { startDate: new Date(0), unit: 'millisecond', amount: Long.MAX_VALUE } };
    expect(await valueOf([{ $year: far }, { $toLong: far }])).toEqual([292_278_994, Long.MAX_VALUE]);
    const back = { $dateSubtract: { startDate: far, unit: 'millisecond', amount: Long.MAX_VALUE } };
    expect(await valueOf(back)).toEqual(new Date(0));
    expect(await valueOf({ $subtract: [{ $add: [far, -5] }, far] })).toBe(-5);
    expect(await codeOf({ $toString: far })).toBe(18537);
    expect(await codeOf({ $dateAdd: { startDate: far, unit: 'day', amount: 1 } })).toBe(5166406);
  });
});
