import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import { startProducts, type Harness } from './support.js';

/** Few in CI; more, of each kind of file, by `IMPORT_CRASH_ROWS=50000 npm test -- subgraphs/products/tests/import-crash`. */
const ROWS = Number(process.env['IMPORT_CRASH_ROWS'] ?? 2_000);
/** Enough that they reach the store in several writes. */
const STAGED_ROWS = Math.max(ROWS, 4_000);

let shop: Harness;
let folder: string;
const children: ChildProcess[] = [];
beforeAll(async () => {
  shop = await startProducts();
  folder = mkdtempSync(join(tmpdir(), 'cartograph-import-'));
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
  await shop.close();
});

/** Begins to import so many rows, each with a price of its own, in a process as `npm run catalogue` starts one. */
const startImport = (prefix: string, rows: number) =>
  startFile(
    `${prefix}.csv`,
    'sku,name,category,price,stock',
    Array.from({ length: rows }, (_, n) => `${prefix}-${n},Piece ${n},things,${n + 1}.00,1`),
  );

function startFile(name: string, header: string, lines: readonly string[]): ChildProcess {
  const file = join(folder, name);
  writeFileSync(file, [header, ...lines].join('\n'));
  const command = fileURLToPath(new URL('../dist/cli/catalogue.js', import.meta.url));
  const child = spawn(process.execPath, [command, 'import', file], {
    env: { PATH: process.env['PATH'], MONGODB_URL: shop.config.MONGODB_URL },
    stdio: 'ignore',
  });
  children.push(child);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  expect(await ended).toEqual([null, 'SIGKILL']);
}

const products = (prefix: string) =>
  shop.db.collection('products').countDocuments({ skuKey: new RegExp(`^${prefix.toLowerCase()}-`) });
const rows = () => shop.db.collection('import_rows').countDocuments();
const imports = () => shop.db.collection<{ isStaged: boolean }>('imports');

/** Lets the service find the import as it would 30 seconds later, and waits until nothing of it is left. */
async function letServiceFindIt(): Promise<void> {
  await imports().updateMany({}, { $set: { until: new Date(0) } });
  await until(async () => (await imports().countDocuments()) === 0 && (await rows()) === 0, {
    timeoutMs: 100_000 + ROWS * 20,
    what: 'the service to finish the import',
  });
}

/** Products as a price list finds them, written without the import. */
async function addProducts(prefix: string): Promise<void> {
  const { id } = await shop.addProduct({ sku: `${prefix}-FIRST` });
  const [first] = await shop.db.collection<{ _id: string }>('products').find({ _id: id }).toArray();
  const { hasOutbox: _hasOutbox, ...rest } = first as unknown as Record<string, unknown>;
  const batch = 5_000;
  for (let start = 0; start < ROWS; start += batch)
    await shop.db.collection<{ _id: string }>('products').insertMany(
      Array.from({ length: Math.min(batch, ROWS - start) }, (_, n) => ({
        ...rest,
        _id: randomUUID(),
        sku: `${prefix}-${start + n}`,
        skuKey: `${prefix.toLowerCase()}-${start + n}`,
        outbox: [],
      })),
    );
  await shop.db.collection<{ _id: string }>('products').deleteOne({ _id: id });
}

describe('An import whose process is killed', () => {
  it('should be completed if it was killed while its rows were applied', async () => {
    const child = startImport('APPLIED', ROWS);
    await until(async () => (await products('APPLIED')) > 0, { timeoutMs: 120_000, intervalMs: 1 });
    await kill(child);
    expect(await products('APPLIED')).toBeLessThan(ROWS);
    await letServiceFindIt();

    const found = await shop.db
      .collection('products')
      .find(
        { skuKey: /^applied-/ },
        { projection: { _id: 0, sku: 1, version: 1, available: 1, 'price.minor': 1 } },
      )
      .toArray();
    const byNumber = found.toSorted((a, b) => a['price'].minor - b['price'].minor);
    // Each row once, as in the file, including those in progress when the process died.
    expect(byNumber).toEqual(
      Array.from({ length: ROWS }, (_, n) => ({
        sku: `APPLIED-${n}`,
        version: 1,
        available: 1,
        price: { minor: (n + 1) * 100 },
      })),
    );
  }, 600_000);

  it.each([
    [
      'price',
      'sku;Preis',
      (n: number) => `LIST-PRICE-${n};${n + 2},50 €`,
      (n: number) => ({ minor: (n + 2) * 100 + 50, available: 5 }),
    ],
    [
      'stock',
      'sku;Bestand',
      (n: number) => `LIST-STOCK-${n};${n + 6}`,
      (n: number) => ({ minor: 1_000, available: n + 6 }),
    ],
  ])(
    'should be completed with effect once if it is a %s list',
    async (kind, header, line, expected) => {
      const prefix = `LIST-${kind.toUpperCase()}`;
      await addProducts(prefix);
      const child = startFile(
        `${kind}.csv`,
        header,
        Array.from({ length: ROWS }, (_, n) => line(n)),
      );
      await until(
        async () =>
          (await shop.db
            .collection('import_results')
            .countDocuments({ updated: { $gt: 0 }, isFinished: false })) > 0,
        {
          timeoutMs: 120_000,
          intervalMs: 1,
        },
      );
      await kill(child);
      expect(await rows()).toBeGreaterThan(0);
      await letServiceFindIt();

      const found = await shop.db
        .collection('products')
        .find({ skuKey: new RegExp(`^${prefix.toLowerCase()}-`) })
        .toArray();
      const byNumber = found.toSorted(
        (a, b) => Number(a['sku'].split('-')[2]) - Number(b['sku'].split('-')[2]),
      );
      expect(
        byNumber.map((product) => ({
          sku: product['sku'],
          minor: product['price'].minor,
          available: product['available'],
        })),
      ).toEqual(Array.from({ length: ROWS }, (_, n) => ({ sku: `${prefix}-${n}`, ...expected(n) })));
      // Each product was changed once, including those in progress when the process died.
      expect(new Set(byNumber.map(({ sequence }) => sequence)).size).toBe(1);
    },
    900_000,
  );

  it('should leave nothing if it was killed while its rows were staged', async () => {
    const child = startImport('STAGED', STAGED_ROWS);
    await until(async () => (await rows()) > 0, { timeoutMs: 60_000, intervalMs: 1 });
    await kill(child);
    const wasStaged = (await imports().findOne({}))?.isStaged;
    await letServiceFindIt();
    // If the store is so fast that all rows arrived before the signal, all of them are imported.
    expect(await products('STAGED')).toBe(wasStaged ? STAGED_ROWS : 0);
  }, 600_000);
});
