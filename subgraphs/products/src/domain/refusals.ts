import { idempotencyKeyFault, Refusal, type UserErrorOutput } from '@cartograph/kit';
import { hasForbiddenCharacters } from './text.js';

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

/** Refused because somebody was faster; carries what it is now. */
export class ConflictRefusal<Current extends { readonly version: number }> extends Refusal<ProductErrorCode> {
  constructor(
    what: string,
    readonly current: Current,
  ) {
    super(
      'CONFLICT',
      `Somebody else changed this ${what}: it is at version ${current.version} now. Look at it and try again.`,
      ['version'],
    );
  }
}

/** Collects what is wrong with an input, so that a form shows all of it at once. */
export interface Faults {
  add(field: readonly string[], message: string, code?: ProductErrorCode): void;
  /** @throws Refusal if anything was added */
  refuse(): void;
  all(): readonly UserErrorOutput<ProductErrorCode>[];
}

export function createFaults(): Faults {
  const errors: UserErrorOutput<ProductErrorCode>[] = [];
  return {
    add(field, message, code = 'INVALID_INPUT') {
      errors.push({ code, message, field: [...field] });
    },
    refuse() {
      if (errors.length > 0) throw new Refusal<ProductErrorCode>(errors);
    },
    all: () => errors,
  };
}

/** Reads a text: trimmed, of 1 (or `min`) to `max` characters, without control characters. */
export function readText(
  faults: Faults,
  field: readonly string[],
  label: string,
  value: string,
  { max, min = 1, multiline = false }: { max: number; min?: number; multiline?: boolean },
): string {
  const text = (multiline ? value.replace(/\r\n?/g, '\n') : value).trim();
  if (text.length < min) faults.add(field, `${label} is missing.`);
  else if (text.length > max)
    faults.add(field, `${label} may have ${max} characters; it has ${text.length}.`);
  else if (hasForbiddenCharacters(text, { multiline }))
    faults.add(
      field,
      `${label} contains characters that cannot be shown: control characters or "\uFFFD". Remove them.`,
    );
  return text;
}

/** Reads a key that a client makes up, so that what it sends twice is done once. */
export function readIdempotencyKey(faults: Faults, key: string | null | undefined): string | undefined {
  if (key == null) return undefined;
  const fault = idempotencyKeyFault(key);
  if (fault) faults.add(['idempotencyKey'], fault);
  return key;
}

export function readInteger(
  faults: Faults,
  field: readonly string[],
  label: string,
  value: number,
  { min, max }: { min: number; max: number },
): number {
  if (!Number.isInteger(value) || value < min || value > max)
    faults.add(field, `${label} must be a whole number from ${min} to ${max}, got ${value}.`);
  return value;
}
