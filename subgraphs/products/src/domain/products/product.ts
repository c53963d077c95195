import type { Money } from '@cartograph/money';

/** `name` is the key; `value` is a text that matches the attribute's type. */
export interface Attribute {
  readonly name: string;
  readonly value: string;
}

/** What makes a product one of several variants. */
export interface Variant {
  /** Shared by all variants of the same product. */
  readonly group: string;
  /** Names of the attributes that distinguish them. */
  readonly options: readonly string[];
}

/** The size of one packed unit, in millimetres. */
export interface Dimensions {
  readonly length: number;
  readonly width: number;
  readonly height: number;
}

/** A product as readers see it, with its stock in units. */
export interface Product {
  readonly id: string;
  readonly sku: string;
  /** Without a variant's options. */
  readonly title: string;
  readonly description: string;
  /** Slug of its category. */
  readonly category: string;
  readonly price: Money;
  readonly imageUrl: string | null;
  readonly attributes: readonly Attribute[];
  readonly variant: Variant | null;
  /** Of one packed unit, in grams; null if unknown. */
  readonly weight: number | null;
  /** Null if unknown. */
  readonly dimensions: Dimensions | null;
  readonly available: number;
  readonly reserved: number;
  readonly sold: number;
  readonly isArchived: boolean;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface PriceChange {
  readonly price: Money;
  readonly since: Date;
}

export const MAX_STOCK = 1_000_000;
/** A tonne, in grams. */
export const MAX_WEIGHT = 1_000_000;
/** Ten metres, in millimetres. */
export const MAX_LENGTH = 10_000;

/** "Merino crew jumper, navy, M": the title and the values of the options. */
export function productName({
  title,
  variant,
  attributes,
}: Pick<Product, 'title' | 'variant' | 'attributes'>): string {
  const options = (variant?.options ?? []).flatMap(
    (option) => attributes.find(({ name }) => name === option)?.value ?? [],
  );
  return [title, ...options].join(', ');
}

/** What two SKUs must not share: those that differ only in case or in how an accent is written would be confused. */
export const skuKey = (sku: string): string => sku.normalize('NFC').toLowerCase();

/** A SKU that is the same in a path, a file name and a pattern. */
export const PLAIN_SKU = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** The URL of its own picture, or of the one drawn for it under `base`: by its SKU, or by its id if the SKU has `/` and the like. */
export function imageUrlOf(
  { id, imageUrl, sku }: Pick<Product, 'id' | 'imageUrl' | 'sku'>,
  base: string,
): string {
  return imageUrl ?? `${base.replace(/\/$/, '')}/${PLAIN_SKU.test(sku) ? sku : id}.svg`;
}
