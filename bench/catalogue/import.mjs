// The catalogue that is measured: imported as anybody would import it, once.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { productRows } from './cases.mjs';

const cli = fileURLToPath(new URL('../../subgraphs/products/dist/cli/catalogue.js', import.meta.url));

/** Ids of the products of this benchmark, which are imported unless they are there. */
export async function openCatalogue(shop) {
  const client = new MongoClient(shop.address);
  try {
    return await idsIn(client, shop);
  } finally {
    await client.close();
  }
}

async function idsIn(client, { count, storeName, ...shop }) {
  const products = client.db().collection('products');
  const own = () => products.find({ skuKey: /^bench-/ }, { projection: { _id: 1 } }).toArray();
  let rows = await own();
  if (rows.length !== count) {
    console.log(`Importing ${count} products into ${storeName} …`);
    const importedAt = performance.now();
    await importCatalogue({ count, ...shop });
    console.log(`… took ${((performance.now() - importedAt) / 1000).toFixed(1)} s.`);
    // The service publishes what was imported; until then it has other things to do.
    while ((await products.countDocuments({ hasOutbox: true }, { limit: 1 })) > 0)
      await new Promise((resolve) => setTimeout(resolve, 250));
    rows = await own();
  }
  return rows.map(({ _id }) => _id);
}

async function importCatalogue({ address, ask, count, folder }) {
  const { data } = await ask('{ categories { slug } }');
  const file = join(folder, 'catalogue.jsonl');
  writeFileSync(
    file,
    productRows(
      count,
      data.categories.map(({ slug }) => slug),
    ),
  );
  const child = spawn(process.execPath, [cli, 'import', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, MONGODB_URL: address, SHOP_CURRENCY: 'EUR' },
  });
  let faults = '';
  child.stderr.on('data', (data) => (faults = (faults + data).slice(-2_000)));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`The catalogue was not imported:\n${faults}`);
}
