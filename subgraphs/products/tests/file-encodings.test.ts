import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import iconv from 'iconv-lite';
import { createCatalogueFiles, type CatalogueFiles } from './catalogue-support.js';
import { startProducts, type Harness } from './support.js';

let shop: Harness;
let files: CatalogueFiles;
beforeAll(async () => {
  shop = await startProducts();
  files = createCatalogueFiles(shop);
});
afterAll(async () => {
  files.close();
  await shop.close();
});

const HEADER = 'sku;name;category;price;stock';
let count = 0;
/** Imports names in a character set, the first and the last row among plain ones, and reads them back. */
async function importNames(names: readonly string[], encode: (text: string) => Buffer) {
  const first = count + 1;
  const rows = names.map((name) => `E-${++count};${name};things;9,99;5`);
  const result = await files.importFile(encode([HEADER, ...rows, ''].join('\r\n')));
  const read = await Promise.all(
    names.map(async (_, index) => (await files.read(`E-${first + index}`))?.title),
  );
  return { ...result, read };
}

const NAMES = [
  'Käsemesser groß',
  'Plain',
  'Crème brûlée',
  '5 m² à 3,50 €',
  'L’eau „gut“ – ½',
  'ÄRMEL Größe Ü',
];

describe('A file’s character set', () => {
  it.each<[string, (text: string) => Buffer]>([
    ['UTF-8', (text) => Buffer.from(text)],
    ['UTF-8 with a mark', (text) => Buffer.from(`\uFEFF${text}`)],
    ['UTF-16, little end first, with a mark', (text) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16, little end first', (text) => Buffer.from(text, 'utf16le')],
    ['UTF-16, big end first, with a mark', (text) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
    ['UTF-16, big end first', (text) => Buffer.from(text, 'utf16le').swap16()],
    ['Windows-1252', (text) => iconv.encode(text, 'windows-1252')],
  ])('should be recognised: %s', async (_, encode) => {
    const { code, read } = await importNames(NAMES, encode);
    expect({ code, read }).toEqual({ code: 0, read: NAMES });
  });

  it.each([
    ['German', ['Küchenmesser', 'Füße', 'Ölkännchen']],
    ['French', ['Théière', 'Cœur d’artichaut', 'Façade', 'Où ? « là »']],
    ['Spanish', ['Jalapeño', '¿Qué?', 'Único', 'Pingüino']],
    ['Italian', ['Città', 'Caffè', 'Più']],
    ['Portuguese', ['Pão', 'Coração', 'Avô']],
    ['Swedish', ['Fåtölj', 'Är']],
    ['Danish', ['Rød grød', 'Æble', 'Blå']],
    ['Spanish and German', ['Edición', 'Küchenmesser groß']],
    ['one letter', ['Crêpe']],
    ['the last letter of the file', ['Café']],
    ['signs only', ['5 € ± 3 °C', 'Acme™ ®', 'S–M', '10 × 20 cm']],
  ])('should be taken for Windows-1252 if the text is %s', async (_, names) => {
    const { code, err, read } = await importNames(names, (text) =>
      iconv.encode(text.trimEnd(), 'windows-1252'),
    );
    expect({ code, err, read }).toEqual({ code: 0, err: 'FILE was read as windows-1252.\n', read: names });
  });

  it.each([
    ['Polish, Windows-1250', 'windows-1250', ['Kubek błękitny', 'Nóż kuchenny']],
    ['Polish, one ł', 'windows-1250', ['Szkło']],
    ['Polish, one ś', 'windows-1250', ['Miś']],
    ['Czech, Windows-1250', 'windows-1250', ['Černý hrnek', 'tři']],
    ['Hungarian, Windows-1250', 'windows-1250', ['Őszi bögre', 'tükörfúrógép']],
    ['Russian, Windows-1251', 'windows-1251', ['Кружка синяя']],
    ['Greek, Windows-1253', 'windows-1253', ['Φλιτζάνι']],
    ['Turkish, Windows-1254', 'windows-1254', ['Işık çanta', 'Gömleği']],
    ['German, Macintosh', 'macintosh', ['Käsemesser groß']],
    ['French, Macintosh', 'macintosh', ['Théière', 'Café']],
    ['Spanish, Macintosh', 'macintosh', ['Señor', 'Cajón']],
    ['German, DOS', 'cp850', ['Käsemesser', 'Groß']],
    ['French, DOS', 'cp850', ['Théière']],
    ['Spanish, DOS', 'cp850', ['Señor', 'Cajón']],
    ['the euro of ISO 8859-15', 'iso-8859-15', ['3 €']],
    ['Japanese, Shift_JIS', 'shift_jis', ['コーヒーカップ']],
    ['Chinese, GBK', 'gbk', ['咖啡杯']],
    ['Hebrew, Windows-1255', 'windows-1255', ['ספל']],
  ])('should be refused with its line if it is another: %s', async (_, encoding, names) => {
    const before = await shop.countProducts();
    const { code, err } = await importNames(['Plain', ...names], (text) => iconv.encode(text, encoding));
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringMatching(
        /^FILE:3: The file is not UTF-8: the byte 0x[0-9A-F]+ is not valid\. Read as Windows-1252, /,
      ),
    });
    expect(await shop.countProducts()).toBe(before);
  });

  it('should be the one that the person names', async () => {
    const file = iconv.encode(`${HEADER}\nN-1;Szkło;things;1;1\n`, 'windows-1250');
    expect(await files.importFile(file, 'csv', '--encoding', 'windows-1250')).toMatchObject({ code: 0 });
    expect(await files.read('N-1')).toMatchObject({ title: 'Szkło' });
    expect((await files.importFile(file, 'csv', '--encoding', 'klingon')).err).toContain(
      'The character set "klingon" is not known.',
    );
  });

  it('should not be guessed for UTF-8 that is damaged', async () => {
    const good = Buffer.from(`${HEADER}\nD-1;Käse;things;1;1\nD-2;Br`);
    for (const end of [Buffer.from([0xfc, 0x63]), Buffer.from([0xe9])])
      expect((await files.importFile(Buffer.concat([good, end]))).err).toContain(
        'is not valid. The rest is, so the file is damaged or cut off.',
      );
  });
});
