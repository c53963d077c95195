import { readdirSync, readFileSync } from 'node:fs';
import type { Attribute, Variant } from '../domain/products/product.js';

/** A product of the sample shop; `amount` in major units. */
export interface SampleProduct {
  readonly sku: string;
  readonly title: string;
  readonly description: string;
  readonly category: string;
  readonly amount: string;
  readonly stock: number;
  readonly attributes: readonly Attribute[];
  readonly variant: Variant | null;
}

/**
 * Reads the tables in `catalogue/`. A line `# slug` begins a category; each other line is
 *
 *     sku | name | price | stock | name=value; … | option=value,value … | description
 *
 * with options only if the product has variants: every combination of the option values becomes a product.
 */
export function readSampleProducts(): SampleProduct[] {
  const folder = new URL('catalogue/', import.meta.url);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.txt'))
    .sort()
    .flatMap((file) => readTable(readFileSync(new URL(file, folder), 'utf8')));
}

export function readTable(text: string): SampleProduct[] {
  let category = '';
  return text.split('\n').flatMap((line): SampleProduct[] => {
    if (line.startsWith('# ')) category = line.slice(2).trim();
    if (line.trim() === '' || line.startsWith('#')) return [];
    const fields = line.split('|').map((field) => field.trim());
    if (fields.length !== 7)
      throw new Error(`A line of the sample shop needs 7 fields, got ${fields.length}: ${line}`);
    const [sku, title, amount, stock, attributes, options, description] = fields as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    const base = { title, amount, description, category };
    const own = readPairs(attributes, ';');
    if (options === '') return [{ ...base, sku, stock: Number(stock), attributes: own, variant: null }];
    const choices = readPairs(options, ' ').map(({ name, value }) => ({ name, values: value.split(',') }));
    const variant = { group: sku.toLowerCase(), options: choices.map(({ name }) => name) };
    return combinations(choices).map((chosen, index) => ({
      ...base,
      sku: [sku, ...chosen.map(({ value }) => value.replace(/[^A-Za-z0-9]/g, '').toUpperCase())].join('-'),
      attributes: [...own, ...chosen.map(({ name, value }) => ({ name, value: value.replaceAll('_', ' ') }))],
      // The stock differs between variants, and some are sold out.
      stock: Math.max(0, Math.round(Number(stock) * (1.4 - ((index * 7) % 10) / 7))),
      variant,
    }));
  });
}

function readPairs(text: string, separator: string): Attribute[] {
  return text
    .split(separator)
    .map((pair) => pair.trim())
    .filter(Boolean)
    .map((pair) => ({ name: pair.slice(0, pair.indexOf('=')), value: pair.slice(pair.indexOf('=') + 1) }));
}

function combinations(choices: readonly { name: string; values: readonly string[] }[]): Attribute[][] {
  return choices.reduce<Attribute[][]>(
    (before, { name, values }) =>
      before.flatMap((chosen) => values.map((value) => [...chosen, { name, value }])),
    [[]],
  );
}
