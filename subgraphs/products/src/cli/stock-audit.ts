import { ConfigError, newId } from '@cartograph/kit';
import { readCommandConfig } from '../config.js';
import { auditStock } from '../use-cases/stock/audit-stock.js';
import { productsDatabase } from '../store/database.js';
import { createProductsStore } from '../store/products-store.js';

async function run(): Promise<number> {
  const { MONGODB_URL } = readCommandConfig();
  const { handle, close } = await productsDatabase.connect(MONGODB_URL, { poolSize: 5 });
  try {
    const { stock } = createProductsStore(handle, { clock: () => new Date(), newId });
    const { products, unitsPutIn, differences } = await auditStock(stock);
    for (const { sku, productId, differences: found } of differences) {
      process.stdout.write(`${sku} (${productId})\n${found.map((text) => `  ${text}\n`).join('')}`);
    }
    process.stdout.write(
      differences.length === 0
        ? `Stock is conserved: ${products} products, ${unitsPutIn} units put in, all of them available, reserved or sold.\n`
        : `Stock is not conserved: ${differences.length} of ${products} products have differences.\n`,
    );
    return differences.length === 0 ? 0 : 1;
  } finally {
    await close();
  }
}

try {
  process.exitCode = await run();
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? '' : 'Failed: '}${(error as Error).message}\n`);
  process.exitCode = 1;
}
