import { collectRefusals, type RefusalCollector } from '@cartograph/kit/refusal';

export type ProductErrorCode =
  | 'INVALID_INPUT'
  | 'PRODUCT_NOT_FOUND'
  | 'CATEGORY_NOT_FOUND'
  | 'CATEGORY_NOT_EMPTY'
  | 'SKU_TAKEN'
  | 'SLUG_TAKEN'
  | 'VARIANT_CONFLICT'
  | 'CONFLICT'
  | 'CURRENCY_MISMATCH'
  | 'OUT_OF_STOCK'
  | 'IDEMPOTENCY_KEY_REUSED';

export type Refusals = RefusalCollector<ProductErrorCode>;

export const createRefusals = (): Refusals => collectRefusals<ProductErrorCode>();

export function readInteger(
  refusals: Refusals,
  field: readonly string[],
  label: string,
  value: number,
  { min, max }: { min: number; max: number },
): number {
  if (!Number.isInteger(value) || value < min || value > max)
    refusals.add(field, `${label} must be a whole number from ${min} to ${max}, got ${value}.`);
  return value;
}
