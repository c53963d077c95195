/**
 * Characters that no text may contain: control characters, lone surrogates, private-use and non-characters, line and
 * paragraph separators, interlinear annotations, the replacement characters, which stand where a program lost something,
 * and the bidirectional overrides and isolates, which can make a text read differently from what it says (Unicode UAX #9,
 * UTS #55).
 */
const FORBIDDEN =
  /[\p{Cc}\p{Cs}\p{Co}\p{Noncharacter_Code_Point}\u2028\u2029\u202A-\u202E\u2066-\u2069\uFFF9-\uFFFD]/u;
/**
 * A character that leaves a mark when it is printed. The default-ignorable characters (zero width space, Hangul fillers, …)
 * are invisible although some of them count as letters; the blank Braille pattern is invisible and not even ignorable.
 */
const VISIBLE = /[^\p{Z}\p{C}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u;
/** Blanks, and the invisible characters that copying from a web page or a PDF leaves at the ends of a text. */
const OUTER_BLANKS = /^[\s\p{Z}\u00AD\u200B\u2060\uFEFF]+|[\s\p{Z}\u00AD\u200B\u2060\uFEFF]+$/gu;

export interface TextRule {
  /** In code points. */
  readonly max: number;
  readonly isRequired?: boolean;
  /** Allows line feeds and tabs; every kind of line end is stored as a line feed. */
  readonly allowsLines?: boolean;
}

/** Whether a reader would see anything of this text. */
export const isVisible = (text: string): boolean => VISIBLE.test(text);

/**
 * Reads a text that a person typed: trimmed, in Unicode's composed form (NFC).
 * @returns the text, or null if it shows nothing and may be empty; or what is wrong with it, to follow the field's name
 *   ("The name" + " is required")
 */
export function readText(
  given: string | null | undefined,
  rule: TextRule,
): { value: string | null } | { fault: string } {
  const text = (given ?? '').normalize('NFC').replaceAll(/\r\n?/g, '\n').replaceAll(OUTER_BLANKS, '');
  if (FORBIDDEN.test(rule.allowsLines ? text.replaceAll(/[\n\t]/g, '') : text))
    return {
      fault: rule.allowsLines
        ? 'contains control characters'
        : 'contains control characters or line breaks; it must be one line of plain text',
    };
  if (!isVisible(text)) return rule.isRequired ? { fault: 'is required' } : { value: null };
  const length = [...text].length;
  if (length > rule.max) return { fault: `may have at most ${rule.max} characters, got ${length}` };
  return { value: text };
}

/** A client's text inside a message of ours: short, and without what a terminal or a page cannot show. */
export const printable = (text: string, max = 60): string =>
  [...text.toWellFormed().replaceAll(/[\p{C}\uFFFD]/gu, '?')].slice(0, max).join('');
