import { CURRENCY_DECIMALS, type CurrencyCode } from '@cartograph/money';
import { printable } from '@cartograph/kit/text';
import { columnLabel, kindOf, type CatalogueRow, type Column } from './catalogue-columns.js';
import { currencyKey, readWrittenNumber, type DecimalSign, type WrittenNumber } from './numbers.js';

/** A cell that cannot be read, as a sentence that starts with its column. */
export interface CellFault {
  readonly column: Column;
  readonly message: string;
}

/** Locales whose ways to write a currency are accepted: "€", "EUR", "zł", "kr", "CHF", "£", "US$". */
const LOCALES = ['en', 'de', 'fr', 'es', 'it', 'nl', 'pl', 'pt', 'sv', 'da', 'nb', 'cs', 'ja'];

/** Everything that may stand next to an amount in this currency, by {@link currencyKey}. */
export function currencySigns(currency: CurrencyCode): ReadonlySet<string> {
  const written = LOCALES.flatMap((locale) =>
    (['symbol', 'narrowSymbol', 'code'] as const).map(
      (currencyDisplay) =>
        new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay })
          .formatToParts(1)
          .find(({ type }) => type === 'currency')!.value,
    ),
  );
  return new Set([...written, ...(currency === 'CHF' ? ['Fr', 'SFr'] : [])].map(currencyKey));
}

/**
 * Reads the numbers of a file's rows. Whether `1.234` is a thousand or a fraction depends on the other numbers, so
 * {@link NumberReader.note} sees every row before {@link NumberReader.read} does.
 */
export type NumberReader = ReturnType<typeof createNumberReader>;

export function createNumberReader(currency: CurrencyCode) {
  const signs = currencySigns(currency);
  const proven = new Set<DecimalSign>();
  const cellsOf = (row: CatalogueRow) =>
    (Object.entries(row) as [Column, string][]).flatMap(([column, text]) => {
      const kind = kindOf(column);
      if ((kind !== 'amount' && kind !== 'count') || text.trim() === '') return [];
      const read = readWrittenNumber(text, kind === 'amount' ? { currencySigns: signs } : {});
      return [{ column, text, kind, read }];
    });

  /** The value of a number whose own form allows two, or undefined. */
  function settle(
    read: Extract<WrittenNumber, { sign: DecimalSign }>,
    isAmount: boolean,
  ): string | undefined {
    const [decimal] = proven.size === 1 ? [...proven] : [];
    if (decimal !== undefined) return read.sign === decimal ? read.asFraction : read.asThousands;
    // A currency without decimals has no fractions to confuse with thousands.
    return isAmount && CURRENCY_DECIMALS[currency] === 0 ? read.asThousands : undefined;
  }

  return {
    note(row: CatalogueRow): void {
      for (const { read } of cellsOf(row)) if ('proves' in read && read.proves) proven.add(read.proves);
    },
    /** The row with plain numbers, such as `1234.50`, and what is wrong with the cells that have none. */
    read(row: CatalogueRow): { readonly row: CatalogueRow; readonly faults: readonly CellFault[] } {
      const plain: { [Name in Column]?: string } = {};
      const faults: CellFault[] = [];
      for (const { column, text, kind, read } of cellsOf(row)) {
        const isAmount = kind === 'amount';
        const fail = (message: string) =>
          void faults.push({ column, message: `${columnLabel(column)}: ${message}` });
        const got = `got "${printable(text)}"`;
        const expected = isAmount
          ? `expected an amount in ${currency} such as 12.50, 12,50 or 1.234,50`
          : 'expected a whole number';
        if ('fault' in read) {
          fail(isAmount ? `${expected}, ${got}: ${read.fault}.` : `${expected}, ${got}.`);
          continue;
        }
        const value = 'value' in read ? read.value : settle(read, isAmount);
        if (value === undefined && 'sign' in read)
          fail(
            `${expected}, ${got}, which may mean ${read.asThousands} or ${read.asFraction}, and the other numbers of the file ` +
              `do not show which. Write it without thousands separators.`,
          );
        else if (!isAmount && !/^\d{1,9}(\.0+)?$/.test(value!)) fail(`${expected}, ${got}.`);
        else plain[column] = isAmount ? value! : value!.replace(/\.0+$/, '');
      }
      if (row.currency !== undefined && signs.has(currencyKey(row.currency.trim())))
        plain.currency = currency;
      return { row: { ...row, ...plain }, faults };
    },
  };
}
