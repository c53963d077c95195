/** Lower case, without accents: "Café Crème" and "cafe creme" are the same to a search. */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('ø', 'o')
    .replaceAll('æ', 'ae')
    .replaceAll('œ', 'oe')
    .replaceAll('ł', 'l');
}

const WORD = /[\p{L}\p{N}]+/gu;
const MAX_WORD_LENGTH = 40;

/** The words of a text, folded, each once. */
export function wordsOf(...texts: readonly string[]): string[] {
  const words = new Set<string>();
  for (const text of texts) {
    for (const [word] of fold(text).matchAll(WORD)) words.add(word.slice(0, MAX_WORD_LENGTH));
  }
  return [...words];
}

/**
 * Control characters, line separators, marks that turn the direction of text around, no characters at all, and U+FFFD,
 * which stands where a program lost a letter.
 */
const FORBIDDEN = /[\p{Cc}\u2028-\u202E\u2066-\u2069\uFFFD-\uFFFF]/u;

/** Whether a text holds what is not to be kept. A text over several lines may hold line feeds and tabs. */
export function hasForbiddenCharacters(text: string, { multiline = false } = {}): boolean {
  return !text.isWellFormed() || FORBIDDEN.test(multiline ? text.replace(/[\n\t]/g, '') : text);
}

/** Somebody's text inside a message of ours: short, and without what a terminal or page could choke on. */
export const printable = (text: string, max = 60): string =>
  text
    .toWellFormed()
    .replace(/[\p{C}\uFFFD]/gu, '?')
    .slice(0, max);
