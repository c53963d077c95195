import { MoneyError, parseMoney, type CurrencyCode, type Money, type MoneyInput } from '@cartograph/money';
import type { AttributeDefinition, CategoryTree } from '../categories/category.js';
import { readInteger, readText, type Faults } from '../refusals.js';
import { MAX_STOCK, type Attribute, type Variant } from './product.js';
import { fold } from '../search/words.js';
import { printable } from '../text.js';

const SKU = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** A sku is part of addresses, of file names and of labels: what has to be escaped in one of them is left out. */
function skuFault(sku: string): string {
  const odd = /[^A-Za-z0-9._-]/u.exec(sku)?.[0];
  return (
    'The SKU needs 1 to 64 letters from A to Z, digits, ".", "_" or "-", beginning with a letter or digit' +
    (odd === undefined
      ? `; got "${printable(sku, 70)}".`
      : `; "${printable(sku, 70)}" contains "${printable(odd)}".`)
  );
}

export const ATTRIBUTE_NAME = /^[A-Za-z][A-Za-z0-9-]{0,39}$/;
const DECIMAL = /^-?\d{1,12}(\.\d{1,6})?$/;
export const MAX_ATTRIBUTES = 50;

export interface NewProduct {
  readonly sku: string;
  readonly title: string;
  readonly description: string;
  readonly category: string;
  readonly price: Money;
  readonly imageUrl: string | null;
  readonly attributes: readonly Attribute[];
  readonly variant: Variant | null;
  readonly stock: number;
}

export interface AttributeInput {
  readonly name: string;
  readonly value: string;
}

/** As GraphQL and the import give it. */
export interface NewProductInput {
  readonly sku: string;
  readonly name: string;
  readonly description: string;
  readonly category: string;
  readonly price: MoneyInput;
  readonly stock: number;
  readonly imageUrl?: URL | string | null | undefined;
  readonly attributes?: readonly AttributeInput[] | null | undefined;
  readonly variant?: { readonly group: string; readonly options: readonly string[] } | null | undefined;
}

export type ProductChangesInput = {
  readonly [Key in Exclude<keyof NewProductInput, 'sku' | 'stock'>]?: NewProductInput[Key] | null | undefined;
};
export type ProductChanges = Partial<
  Pick<NewProduct, 'title' | 'description' | 'category' | 'price' | 'imageUrl' | 'attributes' | 'variant'>
>;

/** What a shop's rules are read against. */
export interface InputRules {
  readonly tree: CategoryTree;
  readonly currency: CurrencyCode;
}

/** Reads a new product; every fault is added to `faults`, so the result counts only if there is none. */
export function readNewProduct(faults: Faults, input: NewProductInput, rules: InputRules): NewProduct {
  const sku = input.sku.trim();
  if (!SKU.test(sku)) faults.add(['sku'], skuFault(sku));
  const category = readCategory(faults, input.category, rules.tree);
  const attributes = readAttributes(faults, input.attributes ?? [], rules.tree.attributesOf(category));
  return {
    sku,
    title: readTitle(faults, input.name),
    description: readDescription(faults, input.description),
    category,
    price: readPrice(faults, ['price'], input.price, rules.currency),
    imageUrl: readImageUrl(faults, input.imageUrl),
    attributes,
    variant: input.variant ? readVariant(faults, input.variant, attributes) : null,
    stock: readInteger(faults, ['stock'], 'The stock', input.stock, { min: 0, max: MAX_STOCK }),
  };
}

/**
 * Reads changes of a product: what is absent stays, null clears what a product can be without. Attributes are checked
 * against the category it will have, a variant's options against the attributes.
 */
export function readProductChanges(
  faults: Faults,
  input: ProductChangesInput,
  current: Pick<NewProduct, 'category' | 'attributes' | 'variant'>,
  rules: InputRules,
): ProductChanges {
  for (const key of ['name', 'category', 'price'] as const)
    if (input[key] === null)
      faults.add([key], `A product needs a ${key}: null cannot clear it. To keep it, leave it out.`);
  const category =
    input.category == null ? current.category : readCategory(faults, input.category, rules.tree);
  const attributes =
    input.attributes === undefined
      ? current.attributes
      : readAttributes(faults, input.attributes ?? [], rules.tree.attributesOf(category));
  if (input.variant != null && current.variant && current.variant.group !== input.variant.group.trim())
    faults.add(
      ['variant', 'group'],
      `It is a variant of "${current.variant.group}" already. To move it, clear its variant first.`,
    );
  const variant =
    input.variant === undefined
      ? current.variant
      : input.variant && readVariant(faults, input.variant, attributes);
  // Its options are attributes: none of them may go while it is told apart by them.
  if (input.variant === undefined && input.attributes !== undefined && current.variant)
    for (const option of missingOptions(current.variant.options, attributes))
      faults.add(
        ['attributes'],
        `"${printable(option)}" is one of the options that set this variant apart; it needs a value.`,
      );
  return {
    ...(input.name != null && { title: readTitle(faults, input.name) }),
    ...(input.description !== undefined && {
      description: readDescription(faults, input.description ?? ''),
    }),
    ...(input.category != null && { category }),
    ...(input.price != null && { price: readPrice(faults, ['price'], input.price, rules.currency) }),
    ...(input.imageUrl !== undefined && { imageUrl: readImageUrl(faults, input.imageUrl) }),
    ...(input.attributes !== undefined && { attributes }),
    ...(input.variant !== undefined && { variant }),
  };
}

const readTitle = (faults: Faults, value: string) =>
  readText(faults, ['name'], 'The name', value, { max: 200 });
const readDescription = (faults: Faults, value: string) =>
  readText(faults, ['description'], 'The description', value, { min: 0, max: 10_000, multiline: true });

/** More than zero and in the shop's currency. */
export function readPrice(
  faults: Faults,
  field: readonly string[],
  input: MoneyInput,
  currency: CurrencyCode,
): Money {
  if (input.currency !== currency) {
    faults.add(
      [...field, 'currency'],
      `The shop's prices are in ${currency}, got ${input.currency}.`,
      'CURRENCY_MISMATCH',
    );
    return { minor: 0, currency };
  }
  try {
    const price = parseMoney(input);
    if (price.minor <= 0)
      faults.add([...field, 'amount'], `The price must be more than zero, got ${input.amount}.`);
    return price;
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error;
    faults.add([...field, 'amount'], error.message);
    return { minor: 0, currency };
  }
}

function readCategory(faults: Faults, value: string, tree: CategoryTree): string {
  const slug = value.trim().toLowerCase();
  if (!tree.get(slug)) {
    faults.add(['category'], `There is no category "${printable(value)}".`, 'CATEGORY_NOT_FOUND');
  }
  return slug;
}

function readImageUrl(faults: Faults, value: URL | string | null | undefined): string | null {
  if (value == null || value === '') return null;
  const text = String(value);
  if (text.length > 2_000 || !URL.canParse(text) || !['http:', 'https:'].includes(new URL(text).protocol)) {
    faults.add(
      ['imageUrl'],
      'The picture needs an address that begins with http:// or https://, up to 2,000 characters.',
    );
    return null;
  }
  return new URL(text).href;
}

function readAttributes(
  faults: Faults,
  inputs: readonly AttributeInput[],
  definitions: readonly AttributeDefinition[],
): Attribute[] {
  if (inputs.length > MAX_ATTRIBUTES) {
    faults.add(['attributes'], `A product may have ${MAX_ATTRIBUTES} attributes, got ${inputs.length}.`);
    return [];
  }
  const seen = new Set<string>();
  return inputs.map((input, index) => {
    const field = ['attributes', String(index)];
    const name = input.name.trim();
    if (!ATTRIBUTE_NAME.test(name))
      faults.add(
        [...field, 'name'],
        `An attribute's name needs a letter, then up to 39 letters, digits or "-", got "${printable(input.name)}".`,
      );
    if (seen.has(name)) faults.add([...field, 'name'], `The attribute "${printable(name)}" is given twice.`);
    seen.add(name);
    const value = readText(faults, [...field, 'value'], `The value of "${printable(name)}"`, input.value, {
      max: 200,
    });
    const definition = definitions.find((candidate) => candidate.name === name);
    return { name, value: definition ? readTyped(faults, [...field, 'value'], value, definition) : value };
  });
}

/** Whether a product's value is as `readTyped` would leave it. */
export function fitsDefinition(value: string, { type, options }: AttributeDefinition): boolean {
  switch (type) {
    case 'TEXT':
      return true;
    case 'NUMBER':
      return DECIMAL.test(value);
    case 'BOOLEAN':
      return value === 'true' || value === 'false';
    case 'CHOICE':
      return options.includes(value);
  }
}

function readTyped(
  faults: Faults,
  field: readonly string[],
  value: string,
  { label, type, options }: AttributeDefinition,
): string {
  switch (type) {
    case 'TEXT':
      return value;
    case 'NUMBER':
      if (!DECIMAL.test(value))
        faults.add(field, `${label} must be a number like 12.5, got "${printable(value)}".`);
      return value;
    case 'BOOLEAN': {
      const lower = value.toLowerCase();
      if (lower !== 'true' && lower !== 'false')
        faults.add(field, `${label} must be true or false, got "${printable(value)}".`);
      return lower;
    }
    case 'CHOICE': {
      const option = options.find((candidate) => fold(candidate) === fold(value));
      if (option === undefined)
        faults.add(field, `${label} must be one of ${options.join(', ')}; got "${printable(value)}".`);
      return option ?? value;
    }
  }
}

function readVariant(
  faults: Faults,
  input: { group: string; options: readonly string[] },
  attributes: readonly Attribute[],
): Variant {
  const group = readText(faults, ['variant', 'group'], 'The group', input.group, { max: 64 });
  const options = [...new Set(input.options.map((option) => option.trim()))];
  if (options.length === 0 || options.length > 5)
    faults.add(['variant', 'options'], `A variant needs 1 to 5 options, got ${options.length}.`);
  for (const option of missingOptions(options.slice(0, 5), attributes))
    faults.add(['variant', 'options'], `"${printable(option)}" is not among the product's attributes.`);
  return { group, options: options.slice(0, 5) };
}

const missingOptions = (options: readonly string[], attributes: readonly Attribute[]): string[] =>
  options.filter((option) => !attributes.some(({ name }) => name === option));
