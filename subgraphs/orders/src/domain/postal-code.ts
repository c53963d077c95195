import { readText } from '@cartograph/kit/text';

/**
 * How postal codes look: `#` is a digit, `@` a letter, `*` either, anything else itself; `|` separates forms. Blanks and
 * hyphens do not count. Facts from the Universal Postal Union's addressing pages and the address metadata of Google's
 * libaddressinput. Countries that are in neither table have no postal codes, or codes whose form we do not judge.
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
/** Countries that have postal codes but where people may leave them out. */
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
  // Eircode: a routing key (the one of Dublin 6W ends in a letter) and four characters.
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
/** No country's codes do without digits, so a word is none. */
const UNKNOWN_FORM = /^(?=.*\d)[A-Z\d]{2,12}$/;
const countryNames = new Intl.DisplayNames('en', { type: 'region' });

/**
 * Reads the postal code of an address.
 * @param country ISO 3166-1 alpha-2 in upper case, or XK
 * @returns the code as it was written, in upper case; null if it is empty and may be; or what is wrong with it, as a sentence
 */
export function readPostalCode(
  given: string | null | undefined,
  country: string,
): { value: string | null } | { fault: string } {
  const rule = rules.get(country);
  // People in Japan write digits at full width, behind the postal mark.
  const written = (given ?? '')
    .normalize('NFKC')
    .replace(/^\s*〒/u, '')
    .toUpperCase();
  const read = readText(written, { max: MAX_LENGTH });
  if ('fault' in read) return { fault: `The postal code ${read.fault}.` };
  const name = countryNames.of(country) ?? country;
  if (read.value === null) {
    if (!rule?.isRequired) return read;
    return { fault: `The postal code is required for ${name}; write it like ${exampleOf(rule)}.` };
  }
  const code = read.value.replaceAll(/[\s.\p{Pd}\u2212\u30FC]/gu, '');
  if (!rule) {
    if (UNKNOWN_FORM.test(code)) return read;
    return {
      fault: `"${read.value}" is not a postal code: expected letters and digits. Leave it empty if ${name} has none.`,
    };
  }
  if (rule.forms.some((form) => fits(code, form, country))) return read;
  return {
    fault: `"${read.value}" is not a postal code of ${name}: write it like ${exampleOf(rule)}${rule.isRequired ? '' : ', or leave it empty'}.`,
  };
}

/** Codes of digits may follow the country, as in CH-8001, D-10115 or CP 1101. */
function fits(code: string, form: string, country: string): boolean {
  const pattern = form.replaceAll(/[#@*]/g, (part) => ({ '#': '\\d', '@': '[A-Z]', '*': '[A-Z\\d]' })[part]!);
  const prefix = /^#+$/.test(form) ? `(?:${country}|FL|CP|[A-Z])?` : '';
  return new RegExp(`^${prefix}${pattern}$`).test(code);
}

function exampleOf({ forms }: Rule): string {
  let digit = 0;
  let letter = 0;
  return forms[0]!.replaceAll(/[#@*]/g, (part) =>
    part === '@' ? 'ABCDEFG'[letter++ % 7]! : '123456789'[digit++ % 9]!,
  );
}
