/** Control characters, and marks that turn the direction of the text after them: they serve only to deceive readers. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Co}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u;
const UNPRINTABLE_BUT_LINES = /[\p{Cs}\p{Co}\u202A-\u202E\u2066-\u2069]|(?![\n\t])\p{Cc}/u;

export interface TextRule {
  /** In characters as people count them. */
  readonly max: number;
  readonly isRequired?: boolean;
  readonly allowsLines?: boolean;
}

/**
 * Reads one line (or, with `allowsLines`, several) of text: trimmed and in Unicode's composed form.
 * @returns the text, null where it is empty and may be; or what is wrong with it, to be shown after the field's name
 */
export function readText(
  given: string | null | undefined,
  rule: TextRule,
): { value: string | null } | { fault: string } {
  const text = (given ?? '').normalize('NFC').replaceAll('\r\n', '\n').trim();
  if (text === '') return rule.isRequired ? { fault: 'is required' } : { value: null };
  const length = [...text].length;
  if (length > rule.max) return { fault: `may have at most ${rule.max} characters, got ${length}` };
  if ((rule.allowsLines ? UNPRINTABLE_BUT_LINES : UNPRINTABLE).test(text))
    return { fault: `contains control characters` };
  return { value: text };
}
