import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Collection, type Document, Long, Timestamp } from 'mongodb';
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
