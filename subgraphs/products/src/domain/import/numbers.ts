import { printable } from '@cartograph/kit/text';

/** The sign before the fraction of a number. */
export type DecimalSign = '.' | ',';

/** A number as a spreadsheet writes it. */
export type WrittenNumber =
  | {
      /** With a point before its fraction and nothing between its digits. */
      readonly value: string;
      /** The decimal sign that only this number's form allows. */
      readonly proves?: DecimalSign;
    }
  /** `1.234` is either: `sign` separates thousands or begins the fraction. */
  | { readonly sign: DecimalSign; readonly asThousands: string; readonly asFraction: string }
  | { readonly fault: string };

export interface NumberRule {
  /** The ways to write the currency that may stand before or after the number. None: only digits are expected. */
  readonly currencySigns?: ReadonlySet<string>;
}

/** An amount or a count without what surrounds it: currency signs, blanks, and `,-` for "no cents". */
const CURRENCY_BEFORE = /^([-+]?)\s*([\p{L}\p{Sc}]{1,4}\.?)\s*(?=[-+\d.,])/u;
const CURRENCY_AFTER = /\s*([\p{L}\p{Sc}]{1,4}\.?)$/u;
const NO_CENTS = /[.,]\s*[-–—]{1,2}$/u;

const otherSign = (sign: DecimalSign): DecimalSign => (sign === '.' ? ',' : '.');

/** Reads one number by its own form alone. @param text not empty */
export function readWrittenNumber(text: string, { currencySigns }: NumberRule): WrittenNumber {
  // NFKC makes full-width digits and the narrow blanks between thousands plain.
  let rest = text
    .normalize('NFKC')
    .replaceAll(/[’ʼ′´`]/gu, "'")
    .replace(/^\s*[−‐‑–]/u, '-')
    .trim();
  let sign: string | undefined;
  const before = CURRENCY_BEFORE.exec(rest);
  if (before) {
    sign = before[2]!;
    rest = before[1]! + rest.slice(before[0].length);
  }
  const after = CURRENCY_AFTER.exec(rest);
  if (after) {
    if (sign !== undefined && after[1] !== sign) return { fault: 'it names two currencies' };
    sign = after[1]!;
    rest = rest.slice(0, after.index);
  }
  if (sign !== undefined && !currencySigns) return { fault: `"${printable(sign)}" is not part of a number` };
  if (sign !== undefined && !currencySigns!.has(currencyKey(sign)))
    return { fault: `"${printable(sign)}" is not the shop's currency` };
  if (sign !== undefined || currencySigns) rest = rest.replace(NO_CENTS, '');
  return readDigits(rest.trim());
}

function readDigits(text: string): WrittenNumber {
  const minus = text.startsWith('-') ? '-' : '';
  const digits = text.replace(/^[-+]\s*/, '');
  if (/^\d+$/.test(digits)) return { value: minus + digits };
  const number = (whole: string, fraction: string | undefined, proves?: DecimalSign): WrittenNumber => ({
    value: minus + (whole.replace(/\D/g, '') || '0') + (fraction === undefined ? '' : `.${fraction}`),
    ...(proves && { proves }),
  });

  // Blanks and apostrophes only ever separate thousands.
  const blank = /^(\d{1,3}(?:([ '])\d{3})(?:\2\d{3})*)(?:([.,])(\d+))?$/.exec(digits);
  if (blank) return number(blank[1]!, blank[4], blank[3] as DecimalSign | undefined);
  const both =
    /^(\d{1,3}(?:\.\d{3})+)(,)(\d+)$/.exec(digits) ??
    /^(\d{1,3}(?:,\d{3})+)(\.)(\d+)$/.exec(digits) ??
    // Indian: 12,34,567.50
    /^(\d{1,2}(?:,\d{2})+,\d{3})(\.)(\d+)$/.exec(digits);
  if (both) return number(both[1]!, both[3], both[2] as DecimalSign);
  const thousands =
    /^\d{1,3}([.,])\d{3}(?:\1\d{3})+$/.exec(digits) ?? /^\d{1,2}(,)\d{2}(?:,\d{2})*,\d{3}$/.exec(digits);
  if (thousands) return number(digits, undefined, otherSign(thousands[1] as DecimalSign));
  const once = /^(\d*)([.,])(\d+)$/.exec(digits);
  if (!once) return { fault: 'it is not a number' };
  const [, whole = '', mark, fraction = ''] = once;
  if (fraction.length !== 3 || !/^[1-9]\d{0,2}$/.test(whole))
    return number(whole, fraction, mark as DecimalSign);
  return {
    sign: mark as DecimalSign,
    asThousands: `${minus}${whole}${fraction}`,
    asFraction: `${minus}${whole}.${fraction}`,
  };
}

/** One spelling of a currency: "kr." and "KR" are the same. */
export const currencyKey = (sign: string): string => sign.normalize('NFKC').toUpperCase().replace(/\.$/, '');
