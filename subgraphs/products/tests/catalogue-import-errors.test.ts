import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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

const HEADER = 'sku,name,category,price,stock';

describe('An invalid file', () => {
  const row = 'X-1,Käse,things,9.99,5';
  const utf8 = `${HEADER}\nX-0,Fine,things,1,1\n${row}\n`;
  it.each<[string, Buffer | string, string]>([
    [
      'a column twice',
      `${HEADER},price\n${row},1.00\n`,
      'FILE:1: The column "price" appears twice, as columns 4 and 6.',
    ],
    ['a column twice in other cases', `${HEADER}, PRICE \n${row},1.00\n`, 'The column "price" appears twice'],
    [
      'an attribute twice',
      `${HEADER},attribute.size,Attribute.SIZE\n${row},S,M\n`,
      'appears twice, as columns 6 and 7',
    ],
    [
      'UTF-8 that is cut off',
      Buffer.from(utf8).subarray(0, Buffer.from(utf8).indexOf('ä') + 1),
      'FILE:3: The file is not UTF-8: the byte 0xC3 is not valid.',
    ],
    [
      'a byte that is not UTF-8 in a file marked as UTF-8',
      Buffer.concat([Buffer.from('\uFEFF'), Buffer.from(utf8, 'latin1')]),
      'FILE:3: The file is not UTF-8: the byte 0xE4 is not valid.',
    ],
    [
      'UTF-16 that is cut off',
      Buffer.from(`\uFEFF${utf8}`, 'utf16le').subarray(0, -1),
      'FILE:3: The file is UTF-16 and ends with half',
    ],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x73, 0, 0, 0]), 'FILE: The file is UTF-32'],
    ['a NUL', `${HEADER}\nX-1,a\0b,things,1,1\n`, 'FILE:2: There is a NUL byte'],
    [
      'a letter that was lost',
      `${HEADER}\nX-1,K\uFFFDse,things,1,1\n`,
      'FILE:2: There is a "\uFFFD" (U+FFFD)',
    ],
    [
      'a workbook',
      Buffer.from('PK\x03\x04rest'),
      'FILE: This is a workbook, such as .xlsx, .ods or .numbers, not a text file. Open it in the program',
    ],
    [
      'an old workbook',
      Buffer.from('d0cf11e0a1b11ae1', 'hex'),
      'FILE: This is an old Excel workbook (.xls), not a text file.',
    ],
    [
      'a PDF',
      '%PDF-1.7\n%âãÏÓ\n',
      'FILE: This is a PDF, not a text file. Open it in the program that made it and save the table as CSV',
    ],
    ['a web page', '<!DOCTYPE html><html><table>', 'FILE: This is a web page'],
    ['a compressed file', Buffer.from([0x1f, 0x8b, 8, 0]), 'FILE: This is a compressed file'],
    ['nothing', '', 'FILE: The file is empty.'],
    ['a byte order mark alone', '\uFEFF', 'FILE: The file is empty.'],
    ['blank lines', '\n \r\n\n', 'FILE: The file is empty.'],
    ['a header alone', `${HEADER}\n\n,,,,\n`, 'FILE: The file has no rows'],
    ['sep= alone', 'sep=;\n', 'FILE: The file has no rows'],
    [
      'an unknown column',
      `${HEADER},colour\n${row},Red\n`,
      'FILE:1: Unknown columns: colour. The first line must name the columns',
    ],
    ['a separator of another kind', 'sku|name\nX-1|Y\n', 'separated by commas, semicolons or tabs'],
    ['a cell too many', `${HEADER}\n${row},more\n`, 'FILE:2: Cell 6, "more", has no column'],
    [
      'a cell under no name',
      `sku,,name,category,price,stock\nX-1,lost,N,things,1,1\n`,
      'FILE:2: Cell 2, "lost"',
    ],
    [
      'a row that is cut off',
      `${HEADER}\nX-1,Name,things\n`,
      'FILE:2: The row ends before the column price.',
    ],
    [
      'a comma that may mean two things',
      `sku;name;category;price;stock\nX-1;N;things;1,234;5\n`,
      'got "1,234", which may mean 1234 or 1.234, and the other numbers of the file do not show which.',
    ],
    [
      'another currency’s sign',
      `${HEADER}\nX-1,N,things,$ 5,5\n`,
      'FILE:2: price: expected an amount in EUR such as 12.50, 12,50 or 1.234,50, got "$ 5": "$" is not the shop\'s currency.',
    ],
    [
      '10,000 columns',
      `${HEADER},${Array.from({ length: 10_000 }, (_, n) => `attribute.a${n}`).join(',')}\n${row}\n`,
      'FILE:1: The first line names 10005 columns; at most 200 can be read. Remove the others.',
    ],
    [
      '10,000 columns of quotes and separators',
      `${HEADER}${',"x;y"'.repeat(10_000)}\n${row}\n`,
      'FILE:1: The first line names 10005 columns',
    ],
    [
      '1,000 variants of one product',
      `${HEADER},attributes,variantGroup,variantOptions\n${Array.from({ length: 1_000 }, (_, n) => `V-${n},N,things,1,1,note=${n},many,note`).join('\n')}\n`,
      'FILE:252: variant.group: A product may have at most 250 variants on sale; the group "many" has 250.',
    ],
    ['an open quote', `${HEADER}\n${row}\nX-2,"open,things,1,1\n`, 'FILE:3: A quote (") opens a cell'],
    [
      'a quote inside a cell',
      `${HEADER}\n${row}\nX-2,12" pan,things,1,1\n`,
      'FILE:3: There is a quote (") inside a cell',
    ],
    [
      'a cell without end',
      `${HEADER}\n${row}\nX-2,"${'x'.repeat(300_000)}",things,1,1\n`,
      'FILE:3: This row is longer than',
    ],
    [
      'a text too long',
      `${HEADER},description\n${row},${'x'.repeat(10_001)}\n`,
      'FILE:2: description: The description may have at most 10000',
    ],
    [
      'variants in no group',
      `${HEADER},variantOptions\n${row},size\n`,
      'FILE:2: variantGroup: variantOptions needs a group.',
    ],
  ])('should be refused with its problem: %s', async (_, content, message) => {
    const before = await shop.countProducts();
    const { code, out, err } = await files.importFile(content);
    expect({ code, out, err }).toEqual({ code: 1, out: '', err: expect.stringContaining(message) });
    expect(err.endsWith('\nNothing was imported.\n')).toBe(true);
    expect(await shop.countProducts()).toBe(before);
  });

  it.each([
    ['a line that is no JSON', '{"sku":"A","name"', 'FILE:1: Expected one JSON object per line'],
    ['a list', '[{"sku":"A"}]', 'FILE:1: Expected one JSON object per line'],
    [
      'a field that is an object',
      '\n{"sku":{"$ne":1}}',
      'FILE:2: "sku" must be a string, a number, true, false or null.',
    ],
    ['an unknown field', '{"sku":"A","__proto__":1}', 'FILE:1: "__proto__" is not a known property'],
    ['a field twice', '{"sku":"A","price":1,"price":2}', 'FILE:1: "price" appears twice.'],
    [
      'a field twice in other cases',
      '{"sku":"A","price":"\\":1","Price":2}',
      'FILE:1: "price" appears twice.',
    ],
    [
      'a field twice, once in escapes',
      '{"sku":"A","price":1,"pric\\u0065":2}',
      'FILE:1: "price" appears twice.',
    ],
    ['no sku', '{"name":"A"}', 'FILE:1: sku is missing.'],
    ['nothing', '\n\n', 'FILE: The file is empty.'],
    [
      'a lost letter in escapes',
      '{"sku":"A","name":"\\ufffd","category":"things","price":1,"stock":1}',
      'FILE:1: name: The name contains',
    ],
  ])('should be refused with its problem in JSON lines: %s', async (_, content, message) => {
    expect(await files.importFile(content, 'jsonl')).toEqual({
      code: 1,
      out: '',
      err: expect.stringContaining(message),
    });
  });

  it.each(['\n', '\r\n', '\r'])(
    'should name the line on which a row begins, with line ends %j',
    async (end) => {
      const lines = ['sku,description', '', 'X-1,"one', '', 'two"', ',', 'X 2,"three', 'four"', 'X-1,five'];
      const { err } = await files.importFile(lines.join(end));
      expect(err.match(/^FILE:\d+/gm)).toEqual(['FILE:3', 'FILE:7', 'FILE:9']);
      const withSeparator = await files.importFile(['sep=,', ...lines].join(end));
      expect(withSeparator.err.match(/^FILE:\d+/gm)).toEqual(['FILE:4', 'FILE:8', 'FILE:10']);
    },
  );
});
