/** A client's text inside a message: short, and without characters that a terminal or page cannot show. */
export const printable = (text: string, max = 60): string =>
  text
    .toWellFormed()
    .replace(/[\p{C}\uFFFD]/gu, '?')
    .slice(0, max);
