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

describe('$dateFromParts', () => {
  it.each<[Document, string]>([
    [{ year: 2026 }, '2026-01-01'],
    [
      { year: 2026, month: 2, day: 3, hour: 4, minute: 5, second: 6, millisecond: 7 },
      '2026-02-03T04:05:06.007',
    ],
    [{ year: 2017, month: 14, day: 1, hour: 12 }, '2018-02-01T12:00'],
    [{ year: 2017, month: 0, day: 1, hour: 12 }, '2016-12-01T12:00'],
    [{ year: 2026, month: 3, day: 0 }, '2026-02-28'],
    [{ year: 2026, day: -1 }, '2025-12-30'],
    [{ year: 2026, hour: -1, minute: 90, second: 3600, millisecond: 1500 }, '2026-01-01T01:30:01.500'],
    [{ year: 1 }, '0001-01-01'],
    // One offset in summer, another in winter.
    [{ year: 2026, month: 7, hour: 12, timezone: 'Europe/Berlin' }, '2026-07-01T10:00'],
    [{ year: 2026, month: 1, hour: 12, timezone: 'Europe/Berlin' }, '2026-01-01T11:00'],
    [{ year: 2026, month: 7, hour: 12, timezone: 'America/New_York' }, '2026-07-01T16:00'],
    [{ year: 2026, month: 7, hour: 12, timezone: '+05:30' }, '2026-07-01T06:30'],
    [{ year: 2026, month: 7, hour: 12, timezone: '-03' }, '2026-07-01T15:00'],
    [{ year: 2026, month: 3, day: 29, hour: 2, minute: 30, timezone: 'Europe/Berlin' }, '2026-03-29T01:30'],
    [{ year: 2026, month: 10, day: 25, hour: 2, minute: 30, timezone: 'Europe/Berlin' }, '2026-10-25T00:30'],
    [{ year: 1900, timezone: 'America/New_York' }, '1900-01-01T05:00'],
    // ISO weeks: 2026 has 53, and 2027 begins in the last of them.
    [{ isoWeekYear: 2026 }, '2025-12-29'],
    [{ isoWeekYear: 2017, isoWeek: 6, isoDayOfWeek: 4, hour: 12 }, '2017-02-09T12:00'],
    [{ isoWeekYear: 2026, isoWeek: 53, isoDayOfWeek: 7 }, '2027-01-03'],
    [{ isoWeekYear: 2025, isoWeek: 53 }, '2025-12-29'],
    [{ isoWeekYear: 2026, isoWeek: 0, isoDayOfWeek: 0 }, '2025-12-21'],
    [{ isoWeekYear: 2026, isoWeek: 30, hour: 12, timezone: 'Europe/Berlin' }, '2026-07-20T10:00'],
  ])('should make a date of %j', async (parts, expected) => {
    expect(await valueOf({ $dateFromParts: parts })).toEqual(at(expected));
  });

  it.each([
    [{ month: 1 }, 40516],
    [{}, 40516],
    [{ isoWeek: 1 }, 40516],
    [2026, 40519],
    [{ year: 2026, weekday: 1 }, 40518],
    [{ year: 2026, isoWeek: 1 }, 40489],
    [{ isoWeekYear: 2026, day: 1 }, 40525],
    [{ year: 0 }, 40523],
    [{ year: 10_000 }, 40523],
    [{ isoWeekYear: 0 }, 31095],
    [{ year: 2026, month: 32_768 }, 31034],
    [{ year: 2026, hour: -32_769 }, 31034],
    [{ year: '2026' }, 40515],
    [{ year: 2026.5 }, 40515],
    [{ year: 2026, timezone: 5 }, 40517],
  ])('should refuse %j with code %d', async (parts, code) => {
    expect(await codeOf({ $dateFromParts: parts })).toBe(code);
  });
});

describe('parts of a date', () => {
  const date = at('2027-01-01T23:04:05.678');
  it.each<[string, string | undefined, number]>([
    ['$year', undefined, 2027],
    ['$year', 'Asia/Tokyo', 2027],
    ['$month', undefined, 1],
    ['$dayOfMonth', undefined, 1],
    ['$dayOfMonth', 'Asia/Tokyo', 2],
    ['$dayOfYear', '+05:30', 2],
    // A Friday, in the last ISO week of 2026.
    ['$dayOfWeek', undefined, 6],
    ['$dayOfWeek', 'Asia/Tokyo', 7],
    ['$isoDayOfWeek', undefined, 5],
    ['$isoWeek', undefined, 53],
    ['$isoWeekYear', undefined, 2026],
    ['$week', undefined, 0],
    ['$hour', 'Europe/Berlin', 0],
    ['$hour', 'America/New_York', 18],
    ['$minute', 'Asia/Kolkata', 34],
    ['$second', undefined, 5],
    ['$millisecond', undefined, 678],
  ])('should give %s in %s', async (operator, timezone, expected) => {
    expect(await valueOf({ [operator]: timezone ? { date, timezone } : date })).toBe(expected);
  });

  it('should know that the offset of a zone changes within a year', async () => {
    const hours = {
      $map: {
        input: [at('2026-01-01T12:00'), at('2026-07-01T12:00')],
        in: { $hour: { date: '$$this', timezone: 'Europe/Berlin' } },
      },
    };
    expect(await valueOf(hours)).toEqual([13, 14]);
  });

  it.each<[Document, Document]>([
    [{ date }, { year: 2027, month: 1, day: 1, hour: 23, minute: 4, second: 5, millisecond: 678 }],
    [
      { date, iso8601: true, timezone: 'Asia/Tokyo' },
      { isoWeekYear: 2026, isoWeek: 53, isoDayOfWeek: 6, hour: 8, minute: 4, second: 5, millisecond: 678 },
    ],
    [
      { date: new Date(-1), timezone: '+01:00' },
      { year: 1970, month: 1, day: 1, hour: 0, minute: 59, second: 59, millisecond: 999 },
    ],
  ])('should take %j apart', async (argument, expected) => {
    const parts = await valueOf({ $dateToParts: argument });
    expect(parts).toEqual(expected);
    expect(Object.keys(parts as Document)).toEqual(Object.keys(expected));
  });

  it.each([
    [{ $year: 'x' }, 16006],
    [{ $year: [1, 2] }, 40536],
    [{ $year: { timezone: 'UTC' } }, 40539],
    [{ $year: { date, zone: 'UTC' } }, 40535],
    [{ $year: { date, timezone: 'Z' } }, 40485],
    [{ $year: { date, timezone: '+5:30' } }, 40485],
    [{ $dateToParts: date }, 40524],
    [{ $dateToParts: { iso8601: true } }, 40522],
    [{ $dateToParts: { date, iso8601: 1 } }, 40521],
    [{ $dateToParts: { date, extra: 1 } }, 40520],
    [{ $tsSecond: date }, 5687301],
    [{ $tsIncrement: date }, 5687302],
  ])('should refuse %j with code %d', async (expression, code) => {
    expect(await codeOf(expression)).toBe(code);
  });

  it('should give the halves of a timestamp', async () => {
    const timestamp = new Timestamp(Long.fromBits(7, 3_000_000_000));
    expect(await valueOf([{ $tsSecond: timestamp }, { $tsIncrement: timestamp }])).toEqual([
      3_000_000_000, 7,
    ]);
  });
});

describe('$dateToString', () => {
  const date = at('2026-12-01T10:35:45.678');
  it.each<[Document, string]>([
    [{}, '2026-12-01T10:35:45.678Z'],
    [{ timezone: 'UTC' }, '2026-12-01T10:35:45.678Z'],
    [{ timezone: 'Europe/Berlin' }, '2026-12-01T11:35:45.678'],
    [{ timezone: '+00:00' }, '2026-12-01T10:35:45.678Z'],
    [{ format: '%d %b %Y, %B %%, %H:%M:%S.%L' }, '01 Dec 2026, December %, 10:35:45.678'],
    [{ format: '%j %w %u %U %V %G' }, '335 3 2 48 49 2026'],
    [{ format: '%z %Z', timezone: 'Asia/Kolkata' }, '+0530 330'],
    [{ format: '%z %Z', timezone: 'America/New_York' }, '-0500 -300'],
    [{ format: '%H%z', timezone: 'Europe/Berlin', date: at('2026-07-01T10:00') }, '12+0200'],
    [{ format: '%H%z', timezone: 'Europe/Berlin', date: at('2026-01-01T10:00') }, '11+0100'],
    [{ format: '', date }, ''],
    [{ format: 'no letters\n%Y', date }, 'no letters\n2026'],
  ])('should write with %j', async (options, expected) => {
    expect(await valueOf({ $dateToString: { date, ...options } })).toBe(expected);
  });

  it.each([
    [{ date, format: '%Q' }, 18536],
    [{ date, format: '%Y %' }, 18535],
    [{ date, format: 1 }, 18533],
    [{ date: at('2026-01-01'), format: '%Y', timezone: 'x' }, 40485],
    [{ date: new Date(8.64e15), format: '%Y' }, 18537],
    [{ format: '%Y' }, 18628],
    [{ date, pattern: '%Y' }, 18534],
    [date, 18629],
    [{ date: 'x' }, 16006],
  ])('should refuse %j with code %d', async (argument, code) => {
    expect(await codeOf({ $dateToString: argument })).toBe(code);
  });
});

describe('$dateFromString', () => {
  it.each<[Document, string]>([
    [{ dateString: '2026-12-01' }, '2026-12-01'],
    [{ dateString: '2026-12' }, '2026-12-01'],
    [{ dateString: '2026-12-01T10:35:45.678Z' }, '2026-12-01T10:35:45.678'],
    [{ dateString: '2026-12-01 10:35' }, '2026-12-01T10:35'],
    [{ dateString: '2026-12-01T10:35:45+0200' }, '2026-12-01T08:35:45'],
    [{ dateString: '2026-12-01T10:35:45.5-05:30' }, '2026-12-01T16:05:45.500'],
    [{ dateString: '20261201T103545Z' }, '2026-12-01T10:35:45'],
    [{ dateString: '12/01/2026' }, '2026-12-01'],
    [{ dateString: '1 December 2026' }, '2026-12-01'],
    [{ dateString: 'Dec 1st, 2026 3:05 pm' }, '2026-12-01T15:05'],
    [{ dateString: 'Tue, 01 Dec 2026 10:35:45 GMT' }, '2026-12-01T10:35:45'],
    [{ dateString: '2026-12-01 10:00 EST' }, '2026-12-01T15:00'],
    [{ dateString: '2026-W49-2' }, '2026-12-01'],
    [{ dateString: '2026-335' }, '2026-12-01'],
    // One offset in summer, another in winter.
    [{ dateString: '2026-07-01T12:00', timezone: 'Europe/Berlin' }, '2026-07-01T10:00'],
    [{ dateString: '2026-12-01T12:00', timezone: 'Europe/Berlin' }, '2026-12-01T11:00'],
    [{ dateString: '2026-07-01', timezone: 'America/New_York' }, '2026-07-01T04:00'],
    [{ dateString: '2026-07-01T12:00', timezone: '+05:30' }, '2026-07-01T06:30'],
    [{ dateString: '2026-03-29T02:30', timezone: 'Europe/Berlin' }, '2026-03-29T01:30'],
    [{ dateString: '2026-07-01T12:00+02:00', timezone: 'UTC' }, '2026-07-01T10:00'],
    // By a format.
    [{ dateString: '01-12-2026', format: '%d-%m-%Y' }, '2026-12-01'],
    [
      { dateString: '01.12.2026 10:35', format: '%d.%m.%Y %H:%M', timezone: 'Europe/Berlin' },
      '2026-12-01T09:35',
    ],
    [
      { dateString: '01.07.2026 10:35', format: '%d.%m.%Y %H:%M', timezone: 'Europe/Berlin' },
      '2026-07-01T08:35',
    ],
    [{ dateString: '2026-W49-2', format: '%G-W%V-%u' }, '2026-12-01'],
    [{ dateString: '335/2026', format: '%j/%Y' }, '2026-12-01'],
    [{ dateString: '1 december 2026', format: '%d %B %Y' }, '2026-12-01'],
    [
      { dateString: '2026-12-01T10:00:00.5+0200', format: '%Y-%m-%dT%H:%M:%S.%L%z' },
      '2026-12-01T08:00:00.005',
    ],
    [{ dateString: '2026-12-01 -60', format: '%Y-%m-%d %Z' }, '2026-12-01T01:00'],
    [{ dateString: '100% 2026-12-01', format: '100%% %Y-%m-%d' }, '2026-12-01'],
  ])('should read %j', async (argument, expected) => {
    expect(await valueOf({ $dateFromString: argument })).toEqual(at(expected));
  });

  it.each([
    [{ dateString: 'no date' }, 241],
    [{ dateString: '' }, 241],
    [{ dateString: '2026' }, 241],
    [{ dateString: '2026-02-30' }, 241],
    [{ dateString: '2026-13-01' }, 241],
    [{ dateString: '2026-12-01T25:00' }, 241],
    [{ dateString: 5 }, 241],
    [{ dateString: '2026-12-01T10:00+01:00', timezone: 'Europe/Berlin' }, 241],
    [{ dateString: '2026-12', format: '%Y-%m' }, 241],
    [{ dateString: '2026-12-01x', format: '%Y-%m-%d' }, 241],
    [{ dateString: '2026-12-01', format: '%d-%m-%Y' }, 241],
    [{ dateString: '2026-12-01', format: '%Y-%m-%Q' }, 18536],
    [{ dateString: '2026-12-01', format: '%' }, 18535],
    [{ dateString: '2026-12-01', format: 1 }, 40684],
    [{ dateString: '2026-12-01', timezone: 'Berlin' }, 40485],
    [{ dateString: 'no date', timezone: 'Berlin', onError: 0 }, 40485],
    [{ timezone: 'UTC' }, 40542],
    [{ dateString: 'x', extra: 1 }, 40541],
    ['2026-12-01', 40540],
  ])('should refuse %j with code %d', async (argument, code) => {
    expect(await codeOf({ $dateFromString: argument })).toBe(code);
  });

  it('should evaluate onError and onNull only where they are needed', async () => {
    const failing = { $divide: [1, 0] };
    const reading = (dateString: unknown, options: Document) =>
      valueOf({ $dateFromString: { dateString, ...options } });
    expect(await reading('2026-12-01', { onError: failing, onNull: failing })).toEqual(at('2026-12-01'));
    expect(await reading('no date', { onError: 'bad', onNull: failing })).toBe('bad');
    expect(await reading('$none', { onError: failing, onNull: 'none' })).toBe('none');
    expect(await valueOf({ $dateToString: { date: '$none', onNull: 'none' } })).toBe('none');
  });

  it('should agree with $toDate', async () => {
    expect(await valueOf({ $toDate: '2026-12-01T10:00:00+01:00' })).toEqual(at('2026-12-01T09:00'));
    expect(await codeOf({ $toDate: 'no date' })).toBe(241);
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
