import { collectRefusals } from '@cartograph/kit/refusal';

export interface Promotion {
  /** UUID version 7: newer ones sort later. */
  readonly id: string;
  readonly authorId: string;
  readonly text: string;
  readonly createdAt: Date;
}

const MAX_LENGTH = 2_000;

/**
 * The text as it is stored: trimmed, and without characters that cannot be shown.
 * @throws Refusal INVALID_INPUT
 */
export function readPromotionText(given: string): string {
  const refusals = collectRefusals();
  const text = refusals.text(['text'], 'The text', given, {
    max: MAX_LENGTH,
    isRequired: true,
    allowsLines: true,
  });
  refusals.throwIfAny();
  return text;
}
