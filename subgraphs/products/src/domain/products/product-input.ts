import { MoneyError, parseMoney, type CurrencyCode, type Money, type MoneyInput } from '@cartograph/money';
import type { CategoryTree } from '../categories/category.js';
import { readInteger, type Refusals } from '../refusals.js';
import { readAttributes, type AttributeInput } from './attributes.js';
import {
  MAX_LENGTH,
  MAX_STOCK,
  MAX_WEIGHT,
  type Attribute,
  type Dimensions,
  type Variant,
} from './product.js';
import { printable } from '@cartograph/kit/text';

/** As people write them. Quotes, `<`, `*`, `;`, `\\` and other characters of file formats and patterns are not among them. */
const SKU = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}._/+#&(),:-]| (?! )){0,63}$/u;
function skuMessage(sku: string): string {
  const odd = /[^\p{L}\p{M}\p{N}._/+#&(),: -]| {2}/u.exec(sku)?.[0];
  return (
    'The SKU must be 1 to 64 letters, digits, single spaces or . _ - / + # & ( ) , : and start with a letter or digit' +
    (odd === undefined
      ? `; got "${printable(sku, 70)}".`
      : `; "${printable(sku, 70)}" contains "${printable(odd)}".`)
  );
}

export interface NewProduct {
  readonly sku: string;
  readonly title: string;
  readonly description: string;
  readonly category: string;
  readonly price: Money;
  readonly imageUrl: string | null;
  readonly attributes: readonly Attribute[];
  readonly variant: Variant | null;
  /** In grams. */
  readonly weight: number | null;
  readonly dimensions: Dimensions | null;
  readonly stock: number;
}

/** A new product as GraphQL and the import pass it. */
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
  readonly weight?: number | null | undefined;
  readonly dimensions?: Dimensions | null | undefined;
}

export type ProductChangesInput = {
  readonly [Key in Exclude<keyof NewProductInput, 'sku' | 'stock'>]?: NewProductInput[Key] | null | undefined;
};
export type ProductChanges = Partial<
  Pick<
    NewProduct,
    | 'title'
    | 'description'
    | 'category'
    | 'price'
    | 'imageUrl'
    | 'attributes'
    | 'variant'
    | 'weight'
    | 'dimensions'
  >
>;

/** What an input is checked against. */
export interface InputRules {
  readonly tree: CategoryTree;
  readonly currency: CurrencyCode;
}

/** Reads a new product. Everything wrong with it is added to `refusals`; the result is valid only if nothing was added. */
export function readNewProduct(refusals: Refusals, input: NewProductInput, rules: InputRules): NewProduct {
  const sku = input.sku.trim().normalize('NFC');
  if (!SKU.test(sku)) refusals.add(['sku'], skuMessage(sku));
  const category = readCategory(refusals, input.category, rules.tree);
  const attributes = readAttributes(refusals, input.attributes ?? [], rules.tree.attributesOf(category));
  return {
    sku,
    title: readTitle(refusals, input.name),
    description: readDescription(refusals, input.description),
    category,
    price: readPrice(refusals, ['price'], input.price, rules.currency),
    imageUrl: readImageUrl(refusals, input.imageUrl),
    attributes,
    variant: input.variant ? readVariant(refusals, input.variant, attributes) : null,
    weight: readWeight(refusals, input.weight),
    dimensions: readDimensions(refusals, input.dimensions),
    stock: readInteger(refusals, ['stock'], 'The stock', input.stock, { min: 0, max: MAX_STOCK }),
  };
}

/**
 * Reads changes of a product. Absent fields keep their values; null clears optional ones. Attributes are checked against the
 * category that the product will have, and a variant's options against the attributes.
 */
export function readProductChanges(
  refusals: Refusals,
  input: ProductChangesInput,
  current: Pick<NewProduct, 'category' | 'attributes' | 'variant'>,
  rules: InputRules,
): ProductChanges {
  for (const key of ['name', 'category', 'price'] as const)
    if (input[key] === null)
      refusals.add(
        [key],
        `A product must have a ${key}, so it cannot be null. To keep the current one, omit the field.`,
      );
  const category =
    input.category == null ? current.category : readCategory(refusals, input.category, rules.tree);
  const attributes =
    input.attributes === undefined
      ? current.attributes
      : readAttributes(refusals, input.attributes ?? [], rules.tree.attributesOf(category));
  if (input.variant != null && current.variant && current.variant.group !== input.variant.group.trim())
    refusals.add(
      ['variant', 'group'],
      `The product is already a variant of "${current.variant.group}". To move it to another group, remove its variant first.`,
    );
  const variant =
    input.variant === undefined
      ? current.variant
      : input.variant && readVariant(refusals, input.variant, attributes);
  // A variant's options are attributes, so they must keep their values.
  if (input.variant === undefined && input.attributes !== undefined && current.variant)
    for (const option of missingOptions(current.variant.options, attributes))
      refusals.add(
        ['attributes'],
        `"${printable(option)}" is an option of this variant, so it needs a value.`,
      );
  return {
    ...(input.name != null && { title: readTitle(refusals, input.name) }),
    ...(input.description !== undefined && {
      description: readDescription(refusals, input.description ?? ''),
    }),
    ...(input.category != null && { category }),
    ...(input.price != null && { price: readPrice(refusals, ['price'], input.price, rules.currency) }),
    ...(input.imageUrl !== undefined && { imageUrl: readImageUrl(refusals, input.imageUrl) }),
    ...(input.attributes !== undefined && { attributes }),
    ...(input.variant !== undefined && { variant }),
    ...(input.weight !== undefined && { weight: readWeight(refusals, input.weight) }),
    ...(input.dimensions !== undefined && { dimensions: readDimensions(refusals, input.dimensions) }),
  };
}

const readTitle = (refusals: Refusals, value: string) =>
  refusals.text(['name'], 'The name', value, { max: 200, isRequired: true });
const readDescription = (refusals: Refusals, value: string) =>
  refusals.text(['description'], 'The description', value, { max: 10_000, allowsLines: true }) ?? '';

function readWeight(refusals: Refusals, value: number | null | undefined): number | null {
  if (value == null) return null;
  return readInteger(refusals, ['weight'], 'The weight in grams', value, { min: 0, max: MAX_WEIGHT });
}

function readDimensions(refusals: Refusals, input: Dimensions | null | undefined): Dimensions | null {
  if (input == null) return null;
  const read = (side: keyof Dimensions) =>
    readInteger(refusals, ['dimensions', side], `The ${side} in millimetres`, input[side], {
      min: 1,
      max: MAX_LENGTH,
    });
  return { length: read('length'), width: read('width'), height: read('height') };
}

/** Greater than zero and in the shop's currency. */
export function readPrice(
  refusals: Refusals,
  field: readonly string[],
  input: MoneyInput,
  currency: CurrencyCode,
): Money {
  if (input.currency !== currency) {
    refusals.add(
      [...field, 'currency'],
      `Prices must be in ${currency}, the shop's currency; got ${input.currency}.`,
      'CURRENCY_MISMATCH',
    );
    return { minor: 0, currency };
  }
  try {
    const price = parseMoney(input);
    if (price.minor <= 0)
      refusals.add([...field, 'amount'], `The price must be greater than zero, got ${input.amount}.`);
    return price;
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error;
    refusals.add([...field, 'amount'], error.message);
    return { minor: 0, currency };
  }
}

function readCategory(refusals: Refusals, value: string, tree: CategoryTree): string {
  const slug = value.trim().toLowerCase();
  if (!tree.get(slug)) {
    refusals.add(['category'], `There is no category "${printable(value)}".`, 'CATEGORY_NOT_FOUND');
  }
  return slug;
}

function readImageUrl(refusals: Refusals, value: URL | string | null | undefined): string | null {
  if (value == null || value === '') return null;
  const text = String(value);
  if (text.length > 2_000 || !URL.canParse(text) || !['http:', 'https:'].includes(new URL(text).protocol)) {
    refusals.add(
      ['imageUrl'],
      'The picture URL must start with http:// or https:// and have at most 2,000 characters.',
    );
    return null;
  }
  return new URL(text).href;
}

function readVariant(
  refusals: Refusals,
  input: { group: string; options: readonly string[] },
  attributes: readonly Attribute[],
): Variant {
  const group = refusals.text(['variant', 'group'], 'The group', input.group, { max: 64, isRequired: true });
  const options = [...new Set(input.options.map((option) => option.trim()))];
  if (options.length === 0 || options.length > 5)
    refusals.add(['variant', 'options'], `A variant needs 1 to 5 options, got ${options.length}.`);
  for (const option of missingOptions(options.slice(0, 5), attributes))
    refusals.add(['variant', 'options'], `"${printable(option)}" is not one of the product's attributes.`);
  return { group, options: options.slice(0, 5) };
}

const missingOptions = (options: readonly string[], attributes: readonly Attribute[]): string[] =>
  options.filter((option) => !attributes.some(({ name }) => name === option));
