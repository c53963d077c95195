import { describe, expect, it } from '@jest/globals';
import { readText } from '@cartograph/kit/text';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { EXPORTED, type ExportedColumn } from '../domain/import/catalogue-columns.js';
import { csvHeader, csvLine } from './csv.js';
import { openCatalogueFile } from './read-catalogue-file.js';

/** A text as the store has it: trimmed, in NFC, with line feeds only. */
const stored = fc
  .tuple(
    fc.constantFrom(
      '',
      '=',
      '+',
      '-',
      '@',
      '＝',
      '＋',
      '－',
      '＠',
      "'",
      "''",
      "'=",
      '"',
      ';',
      '\t=',
      'sep=;',
    ),
    fc.string({ unit: fc.constantFrom(...'=+-@\'";,\t\n\r |aZ9 äß€ł字😀\u00A0'), maxLength: 12 }),
  )
  .map(([start, rest]) => readText(start + rest, { max: 100, allowsLines: true }))
  .map((read) => ('value' in read ? (read.value ?? '') : ''));
const row = fc.record({
  ...(Object.fromEntries(EXPORTED.map((column) => [column, stored])) as Record<
    ExportedColumn,
    typeof stored
  >),
  sku: fc.constantFrom('A-1', 'Ä/1 b', '0012', '1.234', '1E5'),
  price: fc.constantFrom('12.50', '1234.00', '0.01'),
  currency: fc.constant('EUR'),
  stock: fc.constantFrom('0', '1000'),
});

describe('an exported file', () => {
  it('should have no cell that a spreadsheet runs, and be read as the same texts, in every encoding and cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 3 }),
        fc.constantFrom<BufferEncoding>('utf8', 'utf16le'),
        fc.integer({ min: 1, max: 7 }),
        async (rows, encoding, size) => {
          const text = csvHeader() + rows.map(csvLine).join('');
          const cells = (parse(text, { bom: true, relax_column_count: true }) as string[][]).flat();
          expect(cells.filter((cell) => /^[=+\-@\t\r＝＋－＠]/u.test(cell))).toEqual([]);

          const bytes = Buffer.from(text, encoding);
          const source = {
            name: 'export.csv',
            async *bytes() {
              for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
            },
          };
          const read = [];
          for await (const one of (await openCatalogueFile(source, { currency: 'EUR' })).rows())
            read.push('row' in one ? { row: one.row, faults: one.faults } : one);
          expect(read).toEqual(rows.map((one) => ({ row: one, faults: [] })));
        },
      ),
      { numRuns: 60 },
    );
  });
});
