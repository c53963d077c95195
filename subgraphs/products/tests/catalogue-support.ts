import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogueCommand } from '../src/cli/catalogue-command.js';
import type { Harness } from './support.js';

export interface Ended {
  readonly code: number;
  readonly out: string;
  /** The file's path left out. */
  readonly err: string;
}

export type CatalogueFiles = ReturnType<typeof createCatalogueFiles>;

/** Imports and exports of a shop's catalogue, in this process, from a folder of its own. */
export function createCatalogueFiles(shop: Harness) {
  const folder = mkdtempSync(join(tmpdir(), 'cartograph-files-'));
  let count = 0;

  async function run(...args: string[]): Promise<Ended> {
    let [out, err] = ['', ''];
    const output = { out: (text: string) => (out += text), err: (text: string) => (err += text) };
    const code = await catalogueCommand(args, output, { MONGODB_URL: shop.config.MONGODB_URL });
    return { code, out, err: err.replaceAll(`${folder}/`, '').replaceAll(/file-\d+\.(csv|jsonl)/g, 'FILE') };
  }

  /** @param content lines, or a whole file's bytes */
  function importFile(
    content: Buffer | string,
    ending: 'csv' | 'jsonl' = 'csv',
    ...options: string[]
  ): Promise<Ended> {
    const file = join(folder, `file-${++count}.${ending}`);
    writeFileSync(file, content);
    return run('import', file, ...options);
  }

  return {
    run,
    importFile,
    async exportFile(ending: 'csv' | 'jsonl'): Promise<{ bytes: Buffer; count: number }> {
      const file = join(folder, `export-${++count}.${ending}`);
      const { out } = await run('export', file);
      return { bytes: readFileSync(file), count: Number(/Exported (\d+)/.exec(out)![1]) };
    },
    async read(sku: string) {
      const { data } = await shop.ask(
        `query ($sku: String!) { productBySku(sku: $sku) {
          title description version imageUrl price { amount } category { slug } availability { quantity }
          attributes { name value } variant { group options } } }`,
        { sku },
      );
      return data.productBySku;
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}
