import { readText as readPlainText } from '@cartograph/kit/text';

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

/** Why one field of an input is refused. */
export interface FieldRefusal {
  readonly code: ProductErrorCode;
  readonly message: string;
  /** Its path inside the input. */
  readonly field: string[];
}

/** Collects everything that is wrong with an input, so that a form shows all of it at once. */
export interface Refusals {
  add(field: readonly string[], message: string, code?: ProductErrorCode): void;
  all(): readonly FieldRefusal[];
}

export function createRefusals(): Refusals {
  const refusals: FieldRefusal[] = [];
  return {
    add(field, message, code = 'INVALID_INPUT') {
      refusals.push({ code, message, field: [...field] });
    },
    all: () => refusals,
  };
}

/** U+FFFD replaces a character that a program could not decode. */
const LOST_CHARACTER = '\uFFFD';

/** Reads a text of up to `max` code points by the rules of `@cartograph/kit/text`. @returns '' if it is empty or refused */
export function readText(
  refusals: Refusals,
  field: readonly string[],
  label: string,
  value: string,
  {
    max,
    isRequired = true,
    allowsLines = false,
  }: { max: number; isRequired?: boolean; allowsLines?: boolean },
): string {
  const reading = readPlainText(value, { max, isRequired, allowsLines });
  if ('fault' in reading) {
    refusals.add(field, `${label} ${reading.fault}.`);
    return '';
  }
  const text = reading.value ?? '';
  if (!text.includes(LOST_CHARACTER)) return text;
  refusals.add(
    field,
    `${label} contains "${LOST_CHARACTER}" (U+FFFD), which replaces a character that could not be decoded. Enter the text again.`,
  );
  return '';
}

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
