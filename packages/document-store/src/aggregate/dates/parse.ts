/** Dates in free text, without a format: what `$dateFromString` and `$toDate` understand. */
import { MongoError } from '../../errors.js';
import { type DateFields, instantOfFields, monthOf, readOffset } from './format.js';
import type { Zone } from './zone.js';

const MONTH = '(?<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?';
const WEEKDAY = '(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\\s+)?';

/** Every way to write a day. */
const DAYS = [
  '(?<year>\\d{4})-(?<month>\\d{1,2})-(?<day>\\d{1,2})',
  '(?<year>\\d{4})/(?<month>\\d{1,2})/(?<day>\\d{1,2})',
  '(?<month>\\d{1,2})/(?<day>\\d{1,2})/(?<year>\\d{4})',
  '(?<day>\\d{1,2})[.-](?<month>\\d{1,2})[.-](?<year>\\d{4})',
  '(?<isoYear>\\d{4})-?W(?<isoWeek>\\d\\d)(?:-?(?<isoWeekday>[1-7]))?',
  '(?<year>\\d{4})(?<month>\\d\\d)(?<day>\\d\\d)',
  '(?<year>\\d{4})[.-]?(?<dayOfYear>\\d{3})',
  '(?<year>\\d{4})-(?<month>\\d{1,2})',
  `${WEEKDAY}(?<day>\\d{1,2})(?:st|nd|rd|th)?[\\s.-]*${MONTH}[\\s.,-]*(?<year>\\d{4})`,
  `${WEEKDAY}${MONTH}\\s*(?<day>\\d{1,2})(?:st|nd|rd|th)?,?\\s+(?<year>\\d{4})`,
];

/** A time of day with an optional fraction, half of the day and offset; `GMT` may stand before a numeric offset. */
const TIME =
  '(?:[T\\s]\\s*(?<hour>\\d{1,2})(?::?(?<minute>\\d\\d)(?::?(?<second>\\d\\d)(?:[.,](?<fraction>\\d+))?)?)?(?:\\s*(?<half>[ap])\\.?m\\.?)?' +
  '(?:\\s*(?<offset>Z|(?:GMT|UTC)?[+-]\\d\\d:?(?:\\d\\d)?|GMT|UTC|(?<abbreviation>[ECMP][SD]T)))?)?';

const FORMS = DAYS.map((day) => new RegExp(`^\\s*${day}${TIME}\\s*$`, 'i'));

/** Hours of the abbreviations that e-mail uses (RFC 5322, 4.3). */
const ABBREVIATIONS: Readonly<Record<string, number>> = {
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
};

/**
 * The instant that a text stands for; one without an offset is in the zone.
 * @throws MongoError ConversionFailure if the text is not a date, or has an offset although a zone is given
 */
export function parseDate(text: string, zone: Zone): bigint {
  for (const form of FORMS) {
    const groups = form.exec(text)?.groups;
    if (groups) return instantOfFields(fieldsOf(groups), text, zone);
  }
  throw new MongoError(
    'ConversionFailure',
    `Error parsing date string '${text}'; expected a date such as 2026-12-01, 2026-12-01T09:30:00Z or 1 December 2026`,
  );
}

function fieldsOf(groups: Readonly<Record<string, string | undefined>>): DateFields {
  const fields: DateFields = {};
  for (const name of NUMERIC) if (groups[name] !== undefined) fields[name] = Number(groups[name]);
  if (groups['name'] !== undefined) fields.month = monthOf(groups['name']);
  // `2026-12` is the first of the month.
  if (fields.month !== undefined) fields.day ??= 1;
  if (groups['fraction'] !== undefined)
    fields.millisecond = Number(groups['fraction'].padEnd(3, '0').slice(0, 3));
  if (groups['half'] !== undefined && fields.hour !== undefined)
    fields.hour = (fields.hour % 12) + (groups['half'].toLowerCase() === 'p' ? 12 : 0);
  if (groups['offset'] !== undefined)
    fields.offset =
      groups['abbreviation'] === undefined
        ? readOffset(groups['offset'].replace(/^(gmt|utc)/i, ''))
        : ABBREVIATIONS[groups['abbreviation'].toUpperCase()]! * 60;
  return fields;
}

const NUMERIC = [
  ...(['year', 'month', 'day', 'dayOfYear', 'isoYear', 'isoWeek', 'isoWeekday'] as const),
  ...(['hour', 'minute', 'second'] as const),
];
