import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCatalogueFiles, type CatalogueFiles } from './catalogue-support.js';
import { euro, RESERVE, startProducts, type Harness } from './support.js';

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

let count = 0;
async function add(fields: object = {}): Promise<{ id: string; sku: string }> {
  return shop.addProduct({
    sku: `Ä/${++count} rot`,
    name: 'Mug',
    price: euro('10.00'),
    stock: 7,
    ...fields,
  });
}
const changed = { code: 0, out: 'Imported 1 rows: 0 new, 1 changed, 0 unchanged.\n', err: '' };
const unchanged = { code: 0, out: 'Imported 1 rows: 0 new, 0 changed, 1 unchanged.\n', err: '' };
const entriesOf = async (id: string) =>
  (
    await shop.staff(
      'query ($id: ID!) { product(id: $id) { stockEntries(first: 20) { edges { node { type delta } } } } }',
      { id },
    )
  ).product.stockEntries.edges.map(({ node }: { node: object }) => node);

describe('A stock list', () => {
  it.each([
    ['sku,stock', '12', 12],
    ['Artikelnummer;Bestand', '12', 12],
    ['SKU\tQuantity', '0', 0],
    ['référence;quantité', '"1 200"', 1200],
    ['sku;stock', '12,00', 12],
    ['sku,stock', '"12,345,000"', undefined],
    ['sku,stock', '1000001', undefined],
    ['sku,stock', '5.5', undefined],
    ['sku,stock', '5 pcs', undefined],
    ['sku,stock', '', undefined],
  ])('should set the stock, or refuse the number: %s, %s', async (header, cell, available) => {
    const { id, sku } = await add();
    const separator = /[,;\t]/.exec(header)![0];
    const result = await files.importFile(`${header}\n${sku}${separator}${cell}\n`);
    if (available === undefined) {
      expect(result).toMatchObject({
        code: 1,
        err: expect.stringMatching(/^FILE:2: (stock|The row ends|stock is empty)/),
      });
      expect(await shop.stockOf(id)).toEqual({ available: 7, reserved: 0, sold: 0 });
      return;
    }
    expect(result).toEqual(changed);
    expect(await shop.stockOf(id)).toEqual({ available, reserved: 0, sold: 0 });
    expect(await entriesOf(id)).toEqual([
      { type: 'ADJUSTMENT', delta: available - 7 },
      { type: 'INITIAL', delta: 7 },
    ]);
  });

  it('should leave reserved units and equal stock as they are', async () => {
    const { id, sku } = await add();
    await shop.service(RESERVE, {
      input: { orderId: '01890a5d-ac96-774b-bcce-b302099a8057', items: [{ productId: id, quantity: 3 }] },
    });
    expect(await files.importFile(`sku,stock\n${sku},4\n`)).toEqual(unchanged);
    expect(await files.importFile(`{"sku":"${sku}","stock":6}`, 'jsonl')).toEqual(changed);
    expect(await shop.stockOf(id)).toEqual({ available: 6, reserved: 3, sold: 0 });
    const { code } = await files.run('import', 'no.csv');
    expect(code).toBe(1);
  });

  it('should say what a SKU that does not exist needs', async () => {
    expect((await files.importFile('sku,stock\nNOT-THERE,1\n')).err).toContain(
      'FILE:2: sku: product "NOT-THERE" does not exist, and a new product also needs name, category, price.',
    );
  });
});

describe('A price list', () => {
  it.each([
    ['sku;Preis', '9,99', '9.99'],
    ['sku;Preis (€)', '1.234,50 €', '1234.50'],
    ['Item number,Price', '"1,234.50"', '1234.50'],
    ['Référence;Prix TTC', '1\u202F234,50\u00A0€', '1234.50'],
    ['Referencia;Precio', 'EUR 12', '12.00'],
    ['Codice;Prezzo', '€ 12,-', '12.00'],
    ['Artikelcode;Prijs', '€12,–', '12.00'],
    ['Kod produktu;Cena', '12,5', '12.50'],
    ['sku,price_eur', "1'234.50", '1234.50'],
    ['sku;PRICE', '1.234.567', '1234567.00'],
    ['sku;price', '１２．５０', '12.50'],
    ['sku;price', ',5', '0.50'],
    ['sku;price', '0,500', '0.50'],
    ['sku;price', '1.234', 'may mean 1234 or 1.234'],
    ['sku;price', '12,3456', 'EUR has 2 decimals'],
    ['sku;price', '1.23.4', 'it is not a number'],
    ['sku;price', '1,2345.00', 'it is not a number'],
    ['sku;price', '1E+03', 'got "1E+03"'],
    ['sku;price', '12%', 'got "12%"'],
    ['sku;price', '£12', '"£" is not the shop\'s currency'],
    ['sku;price', '12 USD', '"USD" is not the shop\'s currency'],
    ['sku;price', '−5', 'greater than zero'],
    ['sku;Preis ($)', '12', 'has prices in "$", which is not the shop\'s currency'],
    ['sku;price;Preis', '12;12', 'The columns 2, "price", and 3, "Preis", both mean "price"'],
    ['sku;Artikel', '12', 'Unknown columns: Artikel.'],
  ])('should be read, or refused by name: %s, %s', async (header, cell, result) => {
    const { sku } = await add();
    const separator = /[,;]/.exec(header)![0];
    const { code, err } = await files.importFile(`${header}\n${sku}${separator}${cell}\n`);
    if (/^[\d.]+$/.test(result)) {
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(await files.read(sku)).toMatchObject({ price: { amount: result }, title: 'Mug' });
    } else {
      expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(result) });
      expect(err).toMatch(/^FILE:[12]: /);
      expect(await files.read(sku)).toMatchObject({ price: { amount: '10.00' } });
    }
  });

  it.each([
    ['a decimal comma above', ['9,99', '1.234'], ['9.99', '1234.00']],
    ['a decimal comma below', ['1.234', '9,99'], ['1234.00', '9.99']],
    ['a decimal point', ['1,234', '9.99'], ['1234.00', '9.99']],
    ['thousands twice', ['1.234', '1.234.567'], ['1234.00', '1234567.00']],
    ['a full number', ['1,500', '1.234,50'], ['1.50', '1234.50']],
    ['numbers of both kinds', ['1,234', '9.99', '9,99'], undefined],
    ['whole numbers only', ['1,234', '12'], undefined],
  ])('should take the meaning of 1.234 from %s', async (_, cells, amounts) => {
    const products: { sku: string }[] = [];
    for (const _cell of cells) products.push(await add());
    const rows = cells.map((cell, index) => `${products[index]!.sku};${cell}`);
    const { code, err } = await files.importFile(['sku;price', ...rows, ''].join('\n'));
    expect({ code, err }).toEqual(
      amounts ? { code: 0, err: '' } : { code: 1, err: expect.stringContaining('FILE:2: price: expected') },
    );
    for (const [index, amount] of (amounts ?? []).entries())
      expect(await files.read(products[index]!.sku)).toMatchObject({ price: { amount } });
  });
});

describe('An archived product', () => {
  it.each([
    ['restore', 'yes', true],
    ['Wiederherstellen', 'Ja', true],
    ['restore', 'x', true],
    ['restore', '', false],
    ['restore', 'no', false],
    ['restore', 'maybe', false],
  ])('should come back only through a column that says so: %s, %s', async (header, cell, isRestored) => {
    const { id, sku } = await add();
    await shop.staff(
      'mutation ($id: ID!) { archiveProduct(input: { productId: $id }) { userErrors { code } } }',
      { id },
    );
    const { code } = await files.importFile(`sku;stock;${header}\n${sku};9;${cell}\n`);
    expect(code).toBe(isRestored ? 0 : 1);
    const { product } = await shop.staff(
      'query ($id: ID!) { product(id: $id) { isArchived stock { available } } }',
      { id },
    );
    expect(product).toEqual({ isArchived: !isRestored, stock: { available: isRestored ? 9 : 7 } });
  });
});
