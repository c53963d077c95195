import { isNumeric } from '../../bson/compare.js';
import { typeName } from '../../bson/format.js';
import { toNumber } from '../../bson/number.js';
import { BsonSymbol, type Doc, type Maybe, Regex, type Value } from '../../bson/types.js';
import { MongoError } from '../../errors.js';
import { compileRegex } from '../../query/regex.js';
import { between, fixed, isNullish, named, type Operator, variadic } from '../core.js';
import { toText } from './conversion.js';

const ofString = (value: Maybe, code: number, message: string): string => {
  if (typeof value === 'string') return value;
  if (value instanceof BsonSymbol) return value.value;
  throw new MongoError(code, `${message}, found: ${typeName(value)}`);
};

/** What `$toLower` and the like make of values that are no strings. */
function lenient(value: Maybe, name: string): string {
  if (isNullish(value)) return '';
  if (typeof value === 'string') return value;
  if (isNumeric(value) || value instanceof Date || value instanceof BsonSymbol) return toText(value);
  throw new MongoError(16007, `can't convert from BSON type ${typeName(value)} to String in ${name}`);
}

const asciiLower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const asciiUpper = (text: string): string => text.replace(/[a-z]/g, (letter) => letter.toUpperCase());

function trim(name: string, sides: 'both' | 'left' | 'right'): Operator {
  return named(['input'], ['chars'], ({ input, chars, ...rest }) => {
    if (isNullish(input) || ('chars' in rest && isNullish(chars))) return null;
    const text = ofString(input, 50699, `${name} requires its input to be a string`);
    if (chars === null) return null;
    const set =
      chars === undefined
        ? undefined
        : new Set(ofString(chars, 50700, `${name} requires 'chars' to be a string`));
    const isTrimmed = (point: string): boolean => (set ? set.has(point) : /[\s\0]/.test(point));
    const points = [...text];
    let start = 0;
    let end = points.length;
    if (sides !== 'right') while (start < end && isTrimmed(points[start]!)) start += 1;
    if (sides !== 'left') while (end > start && isTrimmed(points[end - 1]!)) end -= 1;
    return points.slice(start, end).join('');
  });
}

function regexOf(regex: Maybe, options: Maybe, name: string): RegExp | null {
  if (isNullish(regex)) return null;
  if (regex instanceof Regex)
    return compileRegex(regex.pattern, regex.options || (typeof options === 'string' ? options : ''));
  return compileRegex(
    ofString(regex, 51105, `${name} needs 'regex' to be of type string or regex`),
    typeof options === 'string' ? options : '',
  );
}

function describe(match: RegExpExecArray): Doc {
  return new Map<string, Value>([
    ['match', match[0]],
    ['idx', [...match.input.slice(0, match.index)].length],
    ['captures', match.slice(1).map((group: string | undefined) => group ?? null)],
  ]);
}

function regexOperator(
  name: string,
  nothing: Value,
  evaluate: (text: string, regex: RegExp) => Maybe,
): Operator {
  return named(['input', 'regex'], ['options'], ({ input, regex, options }) => {
    const pattern = regexOf(regex, options, name);
    if (isNullish(input) || !pattern) return nothing;
    return evaluate(ofString(input, 51104, `${name} needs 'input' to be of type string`), pattern);
  });
}

function replace(name: string, all: boolean): Operator {
  return named(['input', 'find', 'replacement'], [], ({ input, find, replacement }) => {
    if (isNullish(input) || isNullish(find) || isNullish(replacement)) return null;
    const text = ofString(input, 51746, `${name} requires that 'input' be a string`);
    const searched = ofString(find, 51745, `${name} requires that 'find' be a string`);
    const by = ofString(replacement, 51744, `${name} requires that 'replacement' be a string`);
    return all ? text.replaceAll(searched, () => by) : text.replace(searched, () => by);
  });
}

const index = (value: Maybe, otherwise: number, name: string): number => {
  if (value === undefined) return otherwise;
  const number = isNumeric(value) ? toNumber(value) : NaN;
  if (!Number.isInteger(number)) throw new MongoError(40096, `${name} requires an integral index`);
  if (number < 0) throw new MongoError(40097, `${name} requires a nonnegative index`);
  return number;
};

function indexOf(name: string, code: number, unit: (text: string) => ArrayLike<unknown>): Operator {
  return between(2, 4, (value, searched, start, end) => {
    if (isNullish(value)) return null;
    const text = ofString(value, code, `${name} requires a string as the first argument`);
    const wanted = ofString(searched, code + 1, `${name} requires a string as the second argument`);
    const units = unit(text);
    const parts = unit(wanted);
    const from = index(start, 0, name);
    const to = Math.min(index(end, units.length, name), units.length);
    for (let at = from; at + parts.length <= to; at += 1) {
      let matched = 0;
      while (matched < parts.length && units[at + matched] === parts[matched]) matched += 1;
      if (matched === parts.length) return at;
    }
    return -1;
  });
}

function substringBytes(value: Maybe, start: Maybe, length: Maybe): Maybe {
  const bytes = Buffer.from(lenient(value, '$substrBytes'));
  const [from, count] = [start, length].map((item) => {
    if (!isNumeric(item))
      throw new MongoError(16034, '$substrBytes: starting index and length must be numeric');
    return Math.trunc(toNumber(item));
  }) as [number, number];
  if (from < 0) throw new MongoError(50752, '$substrBytes: starting index must be non-negative');
  const end = count < 0 ? bytes.length : Math.min(from + count, bytes.length);
  const splits = (at: number): boolean => at < bytes.length && (bytes[at]! & 0xc0) === 0x80;
  if (splits(from))
    throw new MongoError(28656, '$substrBytes:  Invalid range, starting index is a UTF-8 continuation byte.');
  if (splits(end))
    throw new MongoError(
      28657,
      '$substrBytes:  Invalid range, ending index is in the middle of a UTF-8 character.',
    );
  return bytes.toString('utf8', Math.min(from, bytes.length), end);
}

export const stringOperators: Record<string, Operator> = {
  $concat: variadic((operands) => {
    if (operands.some(isNullish)) return null;
    return operands
      .map((operand) => {
        if (typeof operand === 'string') return operand;
        throw new MongoError(16702, `$concat only supports strings, not ${typeName(operand)}`);
      })
      .join('');
  }),
  $toLower: fixed(1, (value) => asciiLower(lenient(value, '$toLower'))),
  $toUpper: fixed(1, (value) => asciiUpper(lenient(value, '$toUpper'))),
  $trim: trim('$trim', 'both'),
  $ltrim: trim('$ltrim', 'left'),
  $rtrim: trim('$rtrim', 'right'),
  $regexMatch: regexOperator('$regexMatch', false, (text, regex) => regex.test(text)),
  $regexFind: regexOperator('$regexFind', null, (text, regex) => {
    const match = regex.exec(text);
    return match ? describe(match) : null;
  }),
  $regexFindAll: regexOperator('$regexFindAll', [], (text, regex) =>
    [...text.matchAll(new RegExp(regex, `${regex.flags}g`))].map(describe),
  ),
  $replaceOne: replace('$replaceOne', false),
  $replaceAll: replace('$replaceAll', true),
  $split: fixed(2, (value, separator) => {
    if (isNullish(value) || isNullish(separator)) return null;
    const text = ofString(
      value,
      40085,
      '$split requires an expression that evaluates to a string as a first argument',
    );
    const by = ofString(
      separator,
      40086,
      '$split requires an expression that evaluates to a string as a second argument',
    );
    if (by === '') throw new MongoError(40087, '$split requires a non-empty separator');
    return text.split(by);
  }),
  $strLenBytes: fixed(1, (value) =>
    Buffer.byteLength(ofString(value, 34473, '$strLenBytes requires a string argument')),
  ),
  $strLenCP: fixed(1, (value) => [...ofString(value, 34471, '$strLenCP requires a string argument')].length),
  $strcasecmp: fixed(2, (a, b) => {
    const [left, right] = [asciiUpper(lenient(a, '$strcasecmp')), asciiUpper(lenient(b, '$strcasecmp'))];
    return left < right ? -1 : left > right ? 1 : 0;
  }),
  $substr: fixed(3, substringBytes),
  $substrBytes: fixed(3, substringBytes),
  $substrCP: fixed(3, (value, start, length) => {
    const from = index(start, 0, '$substrCP');
    return [...lenient(value, '$substrCP')].slice(from, from + index(length, 0, '$substrCP')).join('');
  }),
  $indexOfBytes: indexOf('$indexOfBytes', 40091, (text) => Buffer.from(text)),
  $indexOfCP: indexOf('$indexOfCP', 40093, (text) => [...text]),
};
