import { ConfigError, newId } from '@cartograph/kit';
import { readCommandConfig } from '../config.js';
import { auditStock } from '../use-cases/stock/audit-stock.js';
import { createProductsStore, openDatabase } from '../store/database.js';

async function run(): Promise<number> {
  const { MONGODB_URL } = readCommandConfig();
  const database = await openDatabase(MONGODB_URL, 5);
  try {
    const { stock } = createProductsStore(database.db, { clock: () => new Date(), newId });
    const { products, unitsPutIn, faults } = await auditStock(stock);
    for (const fault of faults) {
      process.stdout.write(
        `${fault.sku} (${fault.productId})\n${fault.faults.map((text) => `  ${text}\n`).join('')}`,
      );
    }
    process.stdout.write(
      faults.length === 0
        ? `Stock is conserved: ${products} products, ${unitsPutIn} units put in, all of them available, reserved or sold.\n`
        : `Stock is not conserved: ${faults.length} of ${products} products do not fit.\n`,
    );
    return faults.length === 0 ? 0 : 1;
  } finally {
    await database.close();
  }
}

try {
  process.exitCode = await run();
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? '' : 'Failed: '}${(error as Error).message}\n`);
  process.exitCode = 1;
}
