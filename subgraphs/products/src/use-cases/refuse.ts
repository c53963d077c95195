import { Refusal } from '@cartograph/kit/refusal';
import type { ProductErrorCode } from '../domain/refusals.js';

/** Refuses one thing. */
export const refuse = (code: ProductErrorCode, message: string, field: readonly string[] | null = null) =>
  new Refusal<ProductErrorCode>(code, message, field);

/** Refused because someone else changed the entity first. Carries the current one. */
export class ConflictRefusal<Current extends { readonly version: number }> extends Refusal<ProductErrorCode> {
  constructor(
    what: 'product' | 'category',
    readonly current: Current,
  ) {
    super(
      'CONFLICT',
      `Someone else changed this ${what}, which is now at version ${current.version}. Reload it and try again.`,
      ['version'],
    );
  }
}
