import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { createCatalogueFiles, type CatalogueFiles } from './catalogue-support.js';
import { euro, startProducts, type Harness } from './support.js';

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
const imported = (created: number, updated: number, unchanged: number) => ({
  code: 0,
  out: `Imported ${created + updated + unchanged} rows: ${created} new, ${updated} changed, ${unchanged} unchanged.\n`,
});

let count = 0;
/** A product with something in every field; its sku. */
async function addFullProduct(fields: object = {}): Promise<string> {
  const sku = `FULL-${++count}`;
  await shop.addProduct({
    sku,
    name: 'Full',
    description: 'Line one\nLine two',
    price: euro('10.00'),
    stock: 7,
    imageUrl: 'https://example.com/full.jpg',
    attributes: [
      { name: 'colour', value: 'Navy' },
      { name: 'size', value: 'M' },
    ],
    variant: { group: `group-${count}`, options: ['size'] },
    ...fields,
  });
  return sku;
}

describe('A file that does not name everything', () => {
  it.each([
    ['CSV', 'csv', (sku: string) => `sku,price\n${sku},11.5\n`],
    ['JSON lines', 'jsonl', (sku: string) => `{"sku":"${sku}","price":11.5}\n`],
    [
      'CSV with all that a new product needs',
      'csv',
      (sku: string) => `${HEADER}\n${sku},Full,things,11.5,7\n`,
    ],
  ] as const)('should leave all else as it is, in %s', async (_, ending, content) => {
    const sku = await addFullProduct();
    const before = await files.read(sku);
    expect(await files.importFile(content(sku), ending)).toEqual({ ...imported(0, 1, 0), err: '' });
    expect(await files.read(sku)).toEqual({ ...before, price: { amount: '11.50' }, version: 2 });
  });

  it.each([
    ['CSV', 'csv', (sku: string) => `sku,description,imageUrl,attributes,variantGroup\n${sku},,,,\n`],
    [
      'JSON lines',
      'jsonl',
      (sku: string) =>
        `{"sku":"${sku}","description":null,"imageUrl":null,"attributes":null,"variantGroup":null}\n`,
    ],
  ] as const)('should clear what it names as empty, in %s', async (_, ending, content) => {
    const sku = await addFullProduct();
    expect(await files.importFile(content(sku), ending)).toMatchObject(imported(0, 1, 0));
    expect(await files.read(sku)).toMatchObject({
      title: 'Full',
      description: '',
      imageUrl: `http://localhost:4000/images/${sku}.svg`,
      attributes: [],
      variant: null,
    });
  });

  it.each(['name', 'category', 'price', 'stock'])('should not clear a %s', async (column) => {
    const sku = await addFullProduct();
    const before = await files.read(sku);
    const { code, err } = await files.importFile(`sku,${column},description\n${sku},,New\n`);
    expect({ code, err }).toEqual({
      code: 1,
      err: `FILE:2: ${column} is empty, but a product must have one. To keep the current one, remove the column.\nNothing was imported.\n`,
    });
    expect(await files.read(sku)).toEqual(before);
  });

  it('should change, add and remove single attributes by columns of their own', async () => {
    const sku = await addFullProduct({ variant: undefined });
    expect(await files.importFile(`sku,attribute.colour\n${sku},Red\n`)).toMatchObject(imported(0, 1, 0));
    expect((await files.read(sku)).attributes).toEqual([
      { name: 'colour', value: 'Red' },
      { name: 'size', value: 'M' },
    ]);
    const lines = `{"sku":"${sku}","attribute.size":null,"attribute.weight":12.5}\n`;
    expect(await files.importFile(lines, 'jsonl')).toMatchObject(imported(0, 1, 0));
    expect((await files.read(sku)).attributes).toEqual([
      { name: 'colour', value: 'Red' },
      { name: 'weight', value: '12.5' },
    ]);
    expect((await files.importFile(`sku,attributes,attribute.size\n${sku},colour=Red,S\n`)).err).toContain(
      'FILE:2: attributes: use either this column or single columns such as attribute.size, not both.',
    );
  });

  it('should name what a new product needs besides', async () => {
    expect(await files.importFile('sku,price\nNOT-THERE,1.00\n')).toEqual({
      code: 1,
      out: '',
      err: 'FILE:2: sku: product "NOT-THERE" does not exist, and a new product also needs name, category, stock.\nNothing was imported.\n',
    });
  });

  it('should say that stock stays as it is', async () => {
    const sku = await addFullProduct();
    expect(await files.importFile(`sku,price,stock\n${sku},10.00,99\n`)).toEqual({
      ...imported(0, 0, 1),
      err: 'The stock of 1 product differs from the file. An import does not change stock; use adjustStock instead.\n',
    });
    expect(await files.read(sku)).toMatchObject({ availability: { quantity: 7 }, version: 1 });
  });
});

describe('An archived product in a file', () => {
  it('should be refused, and what to do be said', async () => {
    const sku = await addFullProduct();
    const { product } = await shop.staff(`{ product: productBySku(sku: "${sku}") { id } }`);
    await shop.staff(
      'mutation ($id: ID!) { archiveProduct(input: { productId: $id }) { userErrors { code } } }',
      {
        id: product.id,
      },
    );
    for (const [content, ending] of [
      [`sku,price\n${sku.toLowerCase()},1.00\n`, 'csv'],
      [`{"sku":"${sku}","price":"10.00"}`, 'jsonl'],
    ] as const)
      expect(await files.importFile(content, ending)).toEqual({
        code: 1,
        out: '',
        err: expect.stringMatching(
          /^FILE:[12]: sku: "FULL-\d+" is archived\. Restore it first.*\nNothing was imported\.\n$/,
        ),
      });
    expect(await files.read(sku)).toMatchObject({ price: { amount: '10.00' } });
  });
});

describe('A spreadsheet’s file', () => {
  const cells = ['S-1', '"Käse, ""alt"""', 'things', '9.99', '5'];
  it.each([
    ['semicolons', `${HEADER};description\n${cells};"a;b"\n`.replace(/,(?! )/g, ';')],
    ['tabs', `${HEADER}\tdescription\n${cells}\ta;b\n`.replace(/,(?! )/g, '\t')],
    ['sep= and semicolons', `sep=;\r\n${`${HEADER}\r\n${cells}\r\n`.replace(/,(?! )/g, ';')}`],
    ['sep= in quotes', `"sep=;"\n${`${HEADER}\n${cells}\n`.replace(/,(?! )/g, ';')}`],
    ['a decimal comma', `sku;name;category;price;stock\nS-1;Käse;things;9,99;5\n`],
    ['a decimal comma in quotes', `${HEADER}\nS-1,Käse,things,"9,99",5\n`],
    ['a byte order mark', `\uFEFF${HEADER}\n${cells}\n`],
    ['names in other cases and with blanks', ` SKU ,Name,CATEGORY,"Price ",stock\n${cells}\n`],
    ['a name of two words', `${HEADER},Image URL\n${cells},https://example.com/a.jpg\n`],
    ['empty columns at the end', `${HEADER},,\n${cells},,\n`],
    ['empty cells at the end of rows only', `${HEADER}\n${cells},,,\n`],
    ['empty columns in between', `sku,,name,category,price,stock\nS-1,,Käse,things,9.99,5\n`],
    ['empty rows', `\n,,,,\n${HEADER}\n\n${cells}\n,,,,\n \n\n`],
    ['optional columns left out at the end of a row', `${HEADER},description,imageUrl\n${cells}\n`],
    ['line ends of CR LF', `${HEADER}\r\n${cells}\r\n`],
    ['line ends of CR', `${HEADER}\r${cells}\r`],
    ['line ends of several kinds', `${HEADER}\r\n${cells}\n`],
    ['no line end at the end', `${HEADER}\n${cells}`],
  ])('should be read with %s', async (_, content) => {
    await shop.db.collection('products').deleteMany({ skuKey: 's-1' });
    expect(await files.importFile(content)).toEqual({ ...imported(1, 0, 0), err: '' });
    expect(await files.read('S-1')).toMatchObject({
      title: expect.stringMatching(/^Käse/),
      price: { amount: '9.99' },
      availability: { quantity: 5 },
    });
  });

  it('should be read as JSON lines with a byte order mark and CR LF', async () => {
    const line = '{"SKU":"S-2","name":"Käse","category":"things","price":9.99,"stock":5}';
    expect(await files.importFile(`\uFEFF${line}\r\n\r\n`, 'jsonl')).toEqual({
      ...imported(1, 0, 0),
      err: '',
    });
  });
});

describe('A file that cannot be right', () => {
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
      'Windows-1252',
      Buffer.from(utf8, 'latin1'),
      'FILE:3: The file is not UTF-8; it looks like Windows-1252 (cp1252)',
    ],
    ['what to do about it', Buffer.from(utf8, 'latin1'), 'Save it as UTF-8: in Excel as "CSV UTF-8'],
    [
      'UTF-8 that is cut off',
      Buffer.from(utf8).subarray(0, Buffer.from(utf8).indexOf('ä') + 1),
      'FILE:3: The file is not UTF-8',
    ],
    ['UTF-16', Buffer.from(`\uFEFF${utf8}`, 'utf16le'), 'FILE: The file is not UTF-8; it looks like UTF-16.'],
    ['UTF-16, big end first', Buffer.from(`\uFEFF${utf8}`, 'utf16le').swap16(), 'it looks like UTF-16'],
    ['UTF-16 without a mark', Buffer.from(HEADER, 'utf16le'), 'FILE:1: There is a NUL byte'],
    ['a NUL', `${HEADER}\nX-1,a\0b,things,1,1\n`, 'FILE:2: There is a NUL byte'],
    [
      'a letter that was lost',
      `${HEADER}\nX-1,K\uFFFDse,things,1,1\n`,
      'FILE:2: There is a "\uFFFD" (U+FFFD)',
    ],
    ['a workbook', Buffer.from('PK\x03\x04rest'), 'This is a workbook'],
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
      'got "1,234"',
    ],
    [
      'a currency sign',
      `${HEADER}\nX-1,N,things,€ 5,5\n`,
      'price: expected an amount such as 12.50 or 12,50',
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
  ])('should be refused by name: %s', async (_, content, message) => {
    const before = await shop.countProducts();
    const { code, out, err } = await files.importFile(content);
    expect({ code, out, err }).toEqual({ code: 1, out: '', err: expect.stringContaining(message) });
    expect(err.endsWith('\nNothing was imported.\n')).toBe(true);
    expect(await shop.countProducts()).toBe(before);
  });

  it.each([
    ['a line that is no JSON', '{"sku":"A","name"', 'FILE:1: Expected one JSON object per line'],
    ['a list', '[{"sku":"A"}]', 'FILE:1: Expected one JSON object per line'],
    ['a field that is an object', '\n{"sku":{"$ne":1}}', 'FILE:2: "sku" must be a string, a number or null.'],
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
      'FILE:1: name: The name contains "\uFFFD" (U+FFFD)',
    ],
  ])('should be refused by name in JSON lines: %s', async (_, content, message) => {
    expect(await files.importFile(content, 'jsonl')).toEqual({
      code: 1,
      out: '',
      err: expect.stringContaining(message),
    });
  });

  it.each(['\n', '\r\n', '\r'])(
    'should name the line on which a row begins, with line ends of %j',
    async (end) => {
      const lines = ['sku,description', '', 'X-1,"one', '', 'two"', ',', 'X 2,"three', 'four"', 'X-1,five'];
      const { err } = await files.importFile(lines.join(end));
      expect(err.match(/^FILE:\d+/gm)).toEqual(['FILE:3', 'FILE:7', 'FILE:9']);
      const withSeparator = await files.importFile(['sep=,', ...lines].join(end));
      expect(withSeparator.err.match(/^FILE:\d+/gm)).toEqual(['FILE:4', 'FILE:8', 'FILE:10']);
    },
  );
});

describe('An exported file', () => {
  const texts = [
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    "'=1",
    "''=1",
    "'quoted'",
    "'",
    '- a\n- b',
    '＝1',
    'a;=1',
    'x"y"',
    'Käse €',
    '="\\;',
  ];

  it('should hold no formula, be marked as UTF-8, and come back without changing anything', async () => {
    for (const [index, text] of texts.entries())
      await shop.addProduct({
        sku: `TEXT-${index}`,
        name: text.replace('\n', ' '),
        description: text,
        attributes: [{ name: 'note', value: text.replace('\n', ' ') }],
      });
    for (const ending of ['csv', 'jsonl'] as const) {
      const { bytes, count: rows } = await files.exportFile(ending);
      const text = bytes.toString('utf8');
      if (ending === 'csv') {
        expect(text.startsWith('\uFEFFsku,name,')).toBe(true);
        const cells = (parse(bytes, { bom: true }) as string[][]).flat();
        expect(cells.filter((cell) => /^[=+\-@\t\r＝＋－＠]/u.test(cell))).toEqual([]);
        expect(cells).toContain("'=1+1");
      }
      expect(await files.importFile(bytes, ending)).toEqual({ ...imported(0, 0, rows), err: '' });

      // As new products: every text is what it was.
      const stored = () =>
        shop.db
          .collection('products')
          .find(
            { skuKey: /^text-/ },
            { projection: { _id: 0, sku: 1, title: 1, description: 1, attributes: 1 } },
          )
          .sort({ skuKey: 1 })
          .toArray();
      const before = await stored();
      expect(before).toHaveLength(texts.length);
      await shop.db.collection('products').deleteMany({ skuKey: /^text-/ });
      expect(await files.importFile(bytes, ending)).toMatchObject(
        imported(texts.length, 0, rows - texts.length),
      );
      expect(await stored()).toEqual(before);
    }
  });
});

describe('Variants in a file', () => {
  const COLUMNS = 'sku,name,category,price,stock,attributes,variantGroup,variantOptions';
  const variant = (sku: string, name: string, size: string, group: string) =>
    `${sku},${name},things,10,1,size=${size},${group},size`;

  it('should be refused where a group would hold the same twice or two names, with lines and siblings named', async () => {
    await shop.addProduct({
      sku: 'V-1',
      name: 'Vase',
      attributes: [{ name: 'size', value: 'S' }],
      variant: { group: 'vase', options: ['size'] },
    });
    const { code, err } = await files.importFile(
      [
        COLUMNS,
        variant('V-2', 'Vase', 's', 'vase'),
        variant('V-3', 'Jug', 'M', 'vase'),
        variant('V-4', 'Bowl', 'M', 'bowl'),
        variant('V-5', 'Bowl', 'M', 'bowl'),
        'V-6,Vase,things,10,1,colour=Red,vase,colour',
      ].join('\n'),
    );
    expect(code).toBe(1);
    expect(err.split('\n')).toEqual([
      'FILE:2: attributes: V-1 of the group "vase" already has size S. The variants of a group must differ.',
      'FILE:3: name: all variants of the group "vase" must have the same name; line 2 has "Vase", this line has "Jug".',
      'FILE:3: name: All variants of the group "vase" must have the same name; V-1 is named "Vase".',
      'FILE:5: attributes: V-4 of the group "bowl" already has size M. The variants of a group must differ.',
      expect.stringContaining('FILE:6: name: '),
      'FILE:6: variant.options: All variants of the group "vase" must have the same options; V-1 has size.',
      'Nothing was imported.',
      '',
    ]);
    expect(await files.read('V-4')).toBeNull();
  });

  it('should be renamed together, and new ones join under the new name', async () => {
    expect(
      await files.importFile(
        [COLUMNS, variant('L-1', 'Lamp', 'S', 'lamp'), variant('L-2', 'Lamp', 'M', 'lamp')].join('\n'),
      ),
    ).toMatchObject(imported(2, 0, 0));
    const renamed = [variant('L-3', 'Lantern', 'L', 'lamp'), variant('L-2', 'Lantern', 'M', 'lamp')];
    expect(await files.importFile([COLUMNS, ...renamed].join('\n'))).toMatchObject(imported(1, 1, 0));
    for (const sku of ['L-1', 'L-2', 'L-3'])
      expect(await files.read(sku)).toMatchObject({ title: 'Lantern' });
  });
});
