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
