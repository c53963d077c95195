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
