const OTHER_LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  æ: 'ae',
  œ: 'oe',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ŧ: 't',
  ı: 'i',
  ς: 'σ',
};
const OTHER = new RegExp(`[${Object.keys(OTHER_LETTERS).join('')}]`, 'g');
const MARKED = /([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{M}+/gu;

/**
 * In lower case and without accents, so that "Café Crème" and "cafe creme" are alike. Only Latin, Greek and Cyrillic letters
 * lose their marks: in other scripts a mark makes another letter, as in ヒール (heel) and ビール (beer).
 */
export const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(MARKED, '$1')
    .toLowerCase()
    .replace(OTHER, (letter) => OTHER_LETTERS[letter]!)
    .normalize('NFC');
