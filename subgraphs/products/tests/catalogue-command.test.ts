import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@cartograph/kit';
import { until } from '@cartograph/testing';
import { catalogueCommand } from '../src/cli/catalogue-command.js';
import { startProducts, type Harness } from './support.js';

let shop: Harness;
let folder: string;
beforeAll(async () => {
  shop = await startProducts();
  folder = mkdtempSync(join(tmpdir(), 'cartograph-catalogue-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await shop.close();
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

async function catalogue(...args: string[]): Promise<Ended> {
  let [out, err] = ['', ''];
  const code = await catalogueCommand(
    args,
    { out: (text) => (out += text), err: (text) => (err += text) },
    { MONGODB_URL: shop.config.MONGODB_URL },
  );
  return { code, out, err };
}

/** Runs a command as npm does: as a process, from dist/. */
async function run(command: 'catalogue' | 'stock-audit', ...args: string[]): Promise<Ended> {
  const file = fileURLToPath(new URL(`../dist/cli/${command}.js`, import.meta.url));
  const child = spawn(process.execPath, [file, ...args], {
    env: { PATH: process.env['PATH'], MONGODB_URL: shop.config.MONGODB_URL },
    cwd: folder,
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (err += text));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, out, err };
}

function write(name: string, ...lines: string[]): string {
  const file = join(folder, name);
  writeFileSync(file, lines.join('\n'));
  return file;
}
const read = async (sku: string) =>
  (
    await shop.ask(
      'query ($sku: String!) { productBySku(sku: $sku) { name description version price { amount } availability { quantity } attributes { name value } variants { sku } } }',
      { sku },
    )
  ).data.productBySku;
const HEADER = 'sku,name,description,category,price,stock,attributes,variantGroup,variantOptions';

describe('npm run catalogue', () => {
  it('should import CSV with quotes, line breaks, umlauts and variants, and change existing products', async () => {
    const file = write(
      'good.csv',
      `\uFEFF${HEADER}`,
      'C-1,"Käse, alt","First line',
      'second ""line""",things,12.5,3,weight=100; note=a\\;b,,',
      'C-2,Shirt,,things,20,4,size=s; colour=Red,shirt,size; colour',
      'C-3,Shirt,,things,20,0,size=M; colour=Red,shirt,size; colour',
    );
    expect(await catalogue('import', file)).toEqual({
      code: 0,
      err: '',
      out: 'Imported 3 rows: 3 new, 0 changed, 0 unchanged.\n',
    });
    expect(await read('C-1')).toMatchObject({
      name: 'Käse, alt',
      description: 'First line\nsecond "line"',
      price: { amount: '12.50' },
      availability: { quantity: 3 },
      attributes: [
        { name: 'weight', value: '100' },
        { name: 'note', value: 'a;b' },
      ],
    });
    expect(await read('C-2')).toMatchObject({
      name: 'Shirt, S, Red',
      variants: [{ sku: 'C-2' }, { sku: 'C-3' }],
    });
    const changed = write(
      'changed.jsonl',
      '{"sku":"c-1","name":"Cheese","category":"things","price":13,"stock":99}',
      '',
      '{"sku":"C-2","name":"Shirt","category":"things","price":"20.00","stock":1,"attributes":"size=S; colour=Red"}',
    );
    expect((await catalogue('import', changed)).out).toBe(
      'Imported 2 rows: 0 new, 1 changed, 1 unchanged.\n',
    );
    // Only a stock list changes stock.
    await until(async () => (await read('C-1')).name === 'Cheese');
    expect(await read('C-1')).toMatchObject({
      version: 2,
      price: { amount: '13.00' },
      availability: { quantity: 3 },
      // The file does not name these columns.
      description: 'First line\nsecond "line"',
      attributes: [
        { name: 'weight', value: '100' },
        { name: 'note', value: 'a;b' },
      ],
    });
  });

  it('should import nothing if any row is invalid, and name every error with its line', async () => {
    const file = write(
      'bad.csv',
      HEADER,
      'B-1,Fine,,things,1,1,,,',
      'B*2,,,nowhere,-1,-5,,,',
      'B-3,Heavy,,things,1,1,weight=very,,',
      'b-1,Twice,,things,1,1,,,',
    );
    const { code, err } = await catalogue('import', file);
    expect(code).toBe(1);
    expect(err.split('\n').map((line) => line.replace(`${file}:`, ''))).toEqual([
      '3: stock: expected a whole number, got "-5".',
      '3: name is missing.',
      '3: sku: The SKU must be 1 to 64 letters, digits, single spaces or . _ - / + # & ( ) , : and start with a letter or digit; "B*2" contains "*".',
      '3: category: There is no category "nowhere".',
      '3: price.amount: The price must be greater than zero, got -1.',
      '4: attributes.0.value: Weight must be a number like 12.5, got "very".',
      '5: sku: "b-1" is also on line 2.',
      'Nothing was imported.',
      '',
    ]);
    expect(await read('B-1')).toBeNull();
  });

  it.each([
    ['an unknown column', 'columns.csv', `${HEADER},colour`, 'Unknown columns: colour'],
    ['a missing column', 'short.csv', 'name,price', 'The column sku is missing'],
    ['another kind of file', 'products.xlsx', '', 'Expected a file name that ends in .csv'],
  ])('should refuse %s', async (_, name, text, message) => {
    const { code, err } = await catalogue('import', write(name, text));
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(message) });
  });

  it('should print its usage if called with wrong arguments', async () => {
    expect(await catalogue()).toMatchObject({
      code: 1,
      err: expect.stringContaining('Usage: npm run catalogue'),
    });
    expect((await catalogue('import', '--what', 'x.csv')).err).toContain("Unknown option '--what'");
    // As a process: its output and its exit code.
    expect(await run('catalogue', 'import', 'no-such-file.csv')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('no-such-file.csv'),
    });
  });

  it('should import its own export without changing anything', async () => {
    for (const name of ['out.csv', 'out.jsonl']) {
      const file = join(folder, name);
      const { out } = await catalogue('export', file);
      const count = Number(/Exported (\d+)/.exec(out)![1]);
      expect(count).toBeGreaterThanOrEqual(3);
      expect(readFileSync(file, 'utf8')).toContain('Cheese');
      expect((await catalogue('import', file)).out).toBe(
        `Imported ${count} rows: 0 new, 0 changed, ${count} unchanged.\n`,
      );
    }
  });

  it('should leave an interrupted import to the service, which finishes it', async () => {
    const product = {
      title: 'Late',
      description: '',
      category: 'things',
      price: { minor: 100, currency: 'EUR' },
      imageUrl: null,
      attributes: [],
      variant: null,
      stock: 1,
    };
    const importId = newId();
    const rows = [1, 2, 3].map((n) => ({
      _id: `${importId}:${n}`,
      importId,
      product: { ...product, sku: `LATE-${n}` },
    }));
    await shop.db.collection<{ _id: string }>('import_rows').insertMany(rows);
    await shop.db
      .collection<{ _id: string }>('imports')
      .insertOne({ _id: importId, rows: 3, until: new Date(0) } as { _id: string });
    await until(async () => (await shop.db.collection('imports').countDocuments()) === 0, {
      timeoutMs: 20_000,
    });
    for (const sku of ['LATE-1', 'LATE-2', 'LATE-3'])
      expect(await read(sku)).toMatchObject({ name: 'Late', version: 1 });
    expect(await shop.db.collection('import_rows').countDocuments()).toBe(0);
  });
});

describe('npm run stock:audit', () => {
  it('should exit with 0 if stock is conserved, and with 1 and the differences if it is not', async () => {
    const { id, sku } = await shop.addProduct({ stock: 4 });
    const good = await run('stock-audit');
    expect(good).toMatchObject({ code: 0, out: expect.stringContaining('Stock is conserved') });
    await shop.db.collection<{ _id: string }>('products').updateOne({ _id: id }, { $inc: { sold: 1 } });
    const bad = await run('stock-audit');
    expect(bad.code).toBe(1);
    expect(bad.out).toContain(
      `${sku} (${id})\n  sold is 1, the ledger adds up to 0\n  initial + adjustments are 4, available + reserved + sold are 5\n`,
    );
  });
});
