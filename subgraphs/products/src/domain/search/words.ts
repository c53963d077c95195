/** In lower case and without accents, so that a search treats "Café Crème" and "cafe creme" alike. */
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

/** The folded words of the texts, each once. */
export function wordsOf(...texts: readonly string[]): string[] {
  const words = new Set<string>();
  for (const text of texts) {
    for (const [word] of fold(text).matchAll(WORD)) words.add(word.slice(0, MAX_WORD_LENGTH));
  }
  return [...words];
}
