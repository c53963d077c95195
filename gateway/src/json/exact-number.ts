import { randomUUID } from 'node:crypto';

/** Stands for an exact number in what JSON.stringify writes; no text from outside can hold it. */
const MARK = `number-${randomUUID()}:`;
const MARKED = new RegExp(`"${MARK}([^"]*)"`, 'g');
/** Strings, so that what looks like a number in them is left alone; and numbers. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;
/**
 * What may be a number that a double cannot give back: one with many digits, a last zero behind the point, an exponent, or minus
 * zero. It may be within a string too; that only costs time.
 */
const MAY_HOLD = /[:[,]\s*-?(?:\d{16}|\d+\.(?:\d{15}|\d*0(?!\d))|\d[\d.]*[eE]|0(?![\d.])(?<=-0))/;

let haveBeenMet = false;

/** A number whose text is kept, because a double would change it: 12345678901234567890, 1.50, 1e3, -0. */
export class ExactNumber {
  /** Where an object is expected, this is one of an unknown type. */
  readonly __typename = 'a number';
  constructor(readonly text: string) {
    haveBeenMet = true;
  }

  /** For JSON.stringify; `writeJson` makes a number of it. */
  toJSON(): string {
    return MARK + this.text;
  }
}

/** Whether a number's text is lost when it becomes a double. */
export const isExactNumber = (text: string): boolean => String(Number(text)) !== text;

/**
 * Which numbers a text may hold that a double would change: `any`; or only `long` ones of 16 digits or more, where every
 * number stands for an integer, so that 1.0, 1e3 and -0 may be read as what they are worth.
 */
export type NumberKind = 'any' | 'long';

/**
 * JSON.parse that keeps numbers which a double cannot hold as ExactNumber.
 * @throws SyntaxError
 */
export function parseExactly(text: string): unknown {
  return exactNumbersIn(text, JSON.parse(text), 'any');
}

/** @param parsed what JSON.parse gave for `text`. @returns the same with ExactNumbers, where there are such numbers */
export function exactNumbersIn(text: string, parsed: unknown, kind: NumberKind): unknown {
  if (kind === 'long' && !hasLongNumber(text)) return parsed;
  const marked = markNumbers(text);
  return marked === text ? parsed : JSON.parse(marked, readMarked);
}

const LONG_DIGITS = 16;

/** Whether 16 digits or more stand together. They cover at least one of every 16th characters: only these are looked at. */
function hasLongNumber(text: string): boolean {
  for (let at = LONG_DIGITS - 1; at < text.length; at += LONG_DIGITS) {
    if (!isDigit(text.charCodeAt(at))) continue;
    let from = at;
    while (from > 0 && isDigit(text.charCodeAt(from - 1))) from--;
    let to = at + 1;
    while (to < text.length && isDigit(text.charCodeAt(to))) to++;
    if (to - from >= LONG_DIGITS) return true;
  }
  return false;
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** JSON text in which exact numbers are strings that `readMarked` knows again; the same text where there are none. */
export function markNumbers(text: string): string {
  if (!MAY_HOLD.test(text)) return text;
  return text.replace(TOKENS, (token) =>
    token.startsWith('"') || !isExactNumber(token) ? token : `"${MARK}${token}"`,
  );
}

/** Reviver for what `markNumbers` has marked. */
export const readMarked = (_key: string, value: unknown): unknown =>
  typeof value === 'string' && value.startsWith(MARK) ? new ExactNumber(value.slice(MARK.length)) : value;

/** Puts ExactNumbers into JSON data that was parsed without `readMarked`; in place. */
export function replaceMarked(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return readMarked('', value);
  const holder = value as Record<string, unknown>;
  for (const key of Object.keys(holder)) {
    const before = holder[key];
    const after = replaceMarked(before);
    if (after !== before) holder[key] = after;
  }
  return value;
}

/** JSON.stringify for values that may hold ExactNumbers. */
export function writeJson(value: unknown): string {
  return unmarkNumbers(JSON.stringify(value));
}

/** What JSON.stringify wrote, with exact numbers as numbers. */
export function unmarkNumbers(text: string): string {
  return haveBeenMet && text?.includes(MARK) ? text.replace(MARKED, '$1') : text;
}

/** JSON data with doubles for exact numbers; the same where there are none. */
export function toDoubles<T>(value: T): T {
  if (!haveBeenMet || typeof value !== 'object' || value === null) return value;
  if (value instanceof ExactNumber) return Number(value.text) as T;
  const text = JSON.stringify(value);
  return text.includes(MARK) ? (JSON.parse(unmarkNumbers(text)) as T) : value;
}
