import { countryName } from './countries.js';
import { readText } from './text.js';

/**
 * The formats of postal codes: `#` is a digit, `@` a letter, `*` either, and any other character itself; `|` separates
 * formats. Spaces and hyphens are ignored. The facts come from the Universal Postal Union's addressing pages and the address
 * metadata of Google's libaddressinput. Countries in neither table have no postal codes, or codes whose format is not checked.
 */
const NEEDED: readonly (readonly [form: string, countries: string])[] = [
  ['###', 'FO IS'],
  ['####', 'AT AU BE BG CC CH CX CY DK GL HU LI LU LV NF NO NZ SI SJ ZA'],
  [
    '#####',
    'AX BL CZ DE EE ES FI FR GF GP GR HR IT KR LT MC MF MQ MX MY NC PF PL PM RE SE SK SM TH TR UA VA WF YT',
  ],
  ['#####|#########', 'AS FM GU MH MP PR PW UM US VI'],
  ['######', 'BY CN IN RO RU SG'],
  ['###|#####|######', 'TW'],
  ['########', 'BR'],
  ['#######', 'JP'],
  ['#######|####', 'PT'],
  ['####@@', 'NL'],
  ['@#@#@#', 'CA'],
  ['@@#@#@@|@@##@@|@@###@@|@##@@|@###@@|@#@#@@', 'GB GG IM JE'],
  ['GX111AA', 'GI'],
  ['FIQQ1ZZ', 'FK'],
  ['SIQQ1ZZ', 'GS'],
  ['BBND1ZZ', 'IO'],
  ['PCRN1ZZ', 'PN'],
  ['STHL1ZZ|ASCN1ZZ|TDCU1ZZ', 'SH'],
  ['TKCA1ZZ', 'TC'],
];
/** Countries where postal codes are optional. */
const OPTIONAL: typeof NEEDED = [
  ['AD###', 'AD'],
  ['####|@####@@@', 'AR'],
  ['####', 'AL BD GE MD MK PH SV TN'],
  ['#####', 'BA DZ GT ID JO KW LK MA ME NP PK SN UY XK ZM'],
  ['#####|######', 'MN KH RS VN'],
  ['#####|#########', 'SA'],
  ['#####|####', 'CR'],
  ['######', 'CO EC KG NG TJ TM UZ'],
  ['######|@##@#@#', 'KZ'],
  ['#######', 'CL'],
  ['#######|#####', 'IL'],
  ['##########|#####', 'IR'],
  ['####|########', 'LB'],
  ['@@####', 'BN'],
  ['BB#####', 'BB'],
  ['KY#####', 'KY'],
  ['VG####', 'VG'],
  // Eircode: a routing key (that of Dublin 6W ends in a letter) and four characters.
  ['@##****|@#W****', 'IE'],
  ['@@@####', 'MT'],
];

interface Rule {
  readonly forms: readonly string[];
  readonly isRequired: boolean;
}

const rules = new Map<string, Rule>(
  [NEEDED, OPTIONAL].flatMap((table) =>
    table.flatMap(([forms, countries]) =>
      countries
        .split(' ')
        .map((country) => [country, { forms: forms.split('|'), isRequired: table === NEEDED }] as const),
    ),
  ),
);

const MAX_LENGTH = 20;
/** The postal codes of every country contain digits, so a word is not a postal code. */
const UNKNOWN_FORM = /^(?=.*\d)[A-Z\d]{2,12}$/;

/**
 * Reads the postal code of an address.
 * @param country ISO 3166-1 alpha-2 in upper case, or XK
 * @returns the code as written, in upper case; null if it is empty and optional; or a sentence that says what is wrong
 */
export function readPostalCode(
  given: string | null | undefined,
  country: string,
): { value: string | null } | { fault: string } {
  const rule = rules.get(country);
  const written = inPlainCapitals(given ?? '');
  const read = readText(written, { max: MAX_LENGTH });
  if ('fault' in read) return { fault: `The postal code ${read.fault}.` };
  const name = countryName(country);
  if (read.value === null) {
    if (!rule?.isRequired) return read;
    return { fault: `The postal code is required for ${name}, for example ${exampleOf(rule)}.` };
  }
  const code = withoutSeparators(read.value);
  if (!rule) {
    if (UNKNOWN_FORM.test(code)) return read;
    return {
      fault: `"${read.value}" is not a postal code: expected letters and digits. Leave it empty if ${name} has no postal codes.`,
    };
  }
  if (rule.forms.some((form) => fits(code, form, country))) return read;
  return {
    fault: `"${read.value}" is not a postal code of ${name}: expected a code such as ${exampleOf(rule)}${rule.isRequired ? '' : ', or nothing'}.`,
  };
}

/** In Japan, people write full-width digits after the postal mark. */
const inPlainCapitals = (given: string): string =>
  given
    .normalize('NFKC')
    .replace(/^\s*〒/u, '')
    .toUpperCase();

const withoutSeparators = (code: string): string => code.replaceAll(/[\s.\p{Pd}\u2212\u30FC]/gu, '');

const isNumeric = (form: string): boolean => /^#+$/.test(form);
const countryPrefix = (country: string): string => `(?:${country}|FL|CP|[A-Z])`;

/**
 * A postal code, or the beginning of one, for comparisons: in upper case, without spaces, hyphens and a prefix such as `D-`.
 * Two ways to write a code are equal then.
 */
export function comparablePostalCode(given: string, country: string): string {
  const code = withoutSeparators(inPlainCapitals(given));
  if (!rules.get(country)?.forms.some(isNumeric)) return code;
  return new RegExp(`^${countryPrefix(country)}(\\d+)$`).exec(code)?.[1] ?? code;
}

/** Whether postal codes of a country can begin like this. @param start as `comparablePostalCode` gives it */
export function isPostalCodeStart(start: string, country: string): boolean {
  const rule = rules.get(country);
  if (!rule) return /^[A-Z\d]{1,12}$/.test(start);
  return (
    start !== '' &&
    rule.forms.some(
      (form) => start.length <= form.length && fits(start, form.slice(0, start.length), country),
    )
  );
}

/** Numeric codes may follow a country prefix, as in CH-8001, D-10115 or CP 1101. */
function fits(code: string, form: string, country: string): boolean {
  const pattern = form.replaceAll(/[#@*]/g, (part) => ({ '#': '\\d', '@': '[A-Z]', '*': '[A-Z\\d]' })[part]!);
  const prefix = isNumeric(form) ? `${countryPrefix(country)}?` : '';
  return new RegExp(`^${prefix}${pattern}$`).test(code);
}

function exampleOf({ forms }: Rule): string {
  let digit = 0;
  let letter = 0;
  return forms[0]!.replaceAll(/[#@*]/g, (part) =>
    part === '@' ? 'ABCDEFG'[letter++ % 7]! : '123456789'[digit++ % 9]!,
  );
}
