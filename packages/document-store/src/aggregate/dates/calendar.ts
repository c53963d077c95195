/** The proleptic Gregorian calendar, by day numbers: days since 1970-01-01. Pure arithmetic, without zones. */

export interface CalendarDay {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

/** From 0000-03-01 to 1970-01-01. Counting from March puts the leap day at the end of a year. */
const EPOCH_SHIFT = 719_468;
const DAYS_IN_400_YEARS = 146_097;

/** The number of a day. A month beyond December and a day beyond the end of its month carry over, also below 1. */
export function dayNumber(year: number, month: number, day: number): number {
  const months = year * 12 + month - 1;
  const calendarYear = Math.floor(months / 12);
  const monthIndex = months - calendarYear * 12;
  const marchYear = monthIndex < 2 ? calendarYear - 1 : calendarYear;
  const monthsSinceMarch = (monthIndex + 10) % 12;
  return (
    marchYear * 365 +
    Math.floor(marchYear / 4) -
    Math.floor(marchYear / 100) +
    Math.floor(marchYear / 400) +
    Math.floor((153 * monthsSinceMarch + 2) / 5) +
    (day - 1) -
    EPOCH_SHIFT
  );
}

/** The day with a number; see https://howardhinnant.github.io/date_algorithms.html#civil_from_days for the formulas. */
export function calendarDay(number: number): CalendarDay {
  const shifted = number + EPOCH_SHIFT;
  const era = Math.floor(shifted / DAYS_IN_400_YEARS);
  const dayOfEra = shifted - era * DAYS_IN_400_YEARS;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfMarchYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthsSinceMarch = Math.floor((5 * dayOfMarchYear + 2) / 153);
  const month = monthsSinceMarch < 10 ? monthsSinceMarch + 3 : monthsSinceMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfMarchYear - Math.floor((153 * monthsSinceMarch + 2) / 5) + 1,
  };
}

export const daysInMonth = (year: number, month: number): number =>
  dayNumber(year, month + 1, 1) - dayNumber(year, month, 1);

/** 1 for the first of January. */
export const dayOfYear = (number: number): number => number - dayNumber(calendarDay(number).year, 1, 1) + 1;

/** 1 for Monday to 7 for Sunday. */
export const isoWeekday = (number: number): number => ((((number + 3) % 7) + 7) % 7) + 1;

/** The ISO year and week of a day: those of the Thursday of its week. */
export function isoWeek(number: number): { readonly year: number; readonly week: number } {
  const thursday = number - isoWeekday(number) + 4;
  const { year } = calendarDay(thursday);
  return { year, week: Math.floor((thursday - dayNumber(year, 1, 1)) / 7) + 1 };
}

/** The number of a day by its ISO year, week and weekday; a week or weekday beyond its range carries over. */
export function isoDayNumber(year: number, week: number, weekday: number): number {
  const fourthOfJanuary = dayNumber(year, 1, 4);
  return fourthOfJanuary - isoWeekday(fourthOfJanuary) + 1 + (week - 1) * 7 + (weekday - 1);
}

/** Weeks begin on Sunday; days before the first Sunday of a year are in week 0. */
export const sundayWeek = (number: number): number =>
  Math.floor((dayOfYear(number) + 6 - (isoWeekday(number) % 7)) / 7);
