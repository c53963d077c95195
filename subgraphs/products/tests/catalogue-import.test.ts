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

describe('A file with some of the columns', () => {
  it.each([
    ['CSV', 'csv', (sku: string) => `sku,price\n${sku},11.5\n`],
    ['JSON lines', 'jsonl', (sku: string) => `{"sku":"${sku}","price":11.5}\n`],
    [
      'CSV with all that a new product needs',
      'csv',
      (sku: string) => `${HEADER}\n${sku},Full,things,11.5,7\n`,
    ],
  ] as const)('should leave all other fields unchanged, in %s', async (_, ending, content) => {
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
  ] as const)('should clear the fields whose cells are empty, in %s', async (_, ending, content) => {
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

  it('should change, add and remove single attributes by their own columns', async () => {
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

  it('should name the columns that a new product lacks', async () => {
    expect(await files.importFile('sku,price\nNOT-THERE,1.00\n')).toEqual({
      code: 1,
      out: '',
      err: 'FILE:2: sku: product "NOT-THERE" does not exist, and a new product also needs name, category, stock.\nNothing was imported.\n',
    });
  });

  it.each([
    ['with a price', (sku: string) => `sku,price,stock\n${sku},10.00,99\n`],
    ['cut off before another column', (sku: string) => `sku,stock,description\n${sku},99\n`],
  ])('should not change stock unless it is a stock list: %s', async (_, content) => {
    const sku = await addFullProduct();
    expect(await files.importFile(content(sku))).toEqual({
      ...imported(0, 0, 1),
      err:
        'The stock of 1 product differs from the file and stays as it is. ' +
        'To set it, import a stock list, which has only the columns sku and stock.\n',
    });
    expect(await files.read(sku)).toMatchObject({ availability: { quantity: 7 }, version: 1 });
  });
});

describe('An archived product in a file', () => {
  it('should be refused with the advice to restore it', async () => {
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
          /^FILE:[12]: sku: "FULL-\d+" is archived\. To put it back on sale, add a column "restore".*\nNothing was imported\.\n$/,
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

  it('should contain no formula, be marked as UTF-8, and be imported without changes', async () => {
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

  it('should be refused with line and sibling if a group would have equal variants or two names', async () => {
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

  it('should be renamed together, and new ones join with the new name', async () => {
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
