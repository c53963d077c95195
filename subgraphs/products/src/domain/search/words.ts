import { fold } from './fold.js';

const MAX_WORD_LENGTH = 40;

/** Scripts that write no spaces between words. */
const UNSPACED =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/u;
const RUNS = new RegExp(`((?:${UNSPACED.source})+)`, 'u');
/** Words, and those that a hyphen, an apostrophe, a dot or the like joins. */
const CHAINS = /[\p{L}\p{N}\p{M}]+(?:[-'’.&/_\u2010\u2011][\p{L}\p{N}\p{M}]+)*/gu;
const SEPARATORS = /[^\p{L}\p{N}\p{M}]/u;
/** Soft hyphens, joiners and the like, which people neither see nor type. */
const INVISIBLE = /[\u00AD\u200B-\u200D\u2060\uFEFF]/gu;
/** Letters that people also write as two: "kaese" for "Käse". */
const SPELLED: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', å: 'aa', ø: 'oe' };

const FRACTIONS: ReadonlyMap<string, string> = new Map(
  [...'½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑'].map((sign) => [sign.normalize('NFKD').replace('\u2044', '/'), sign]),
);

/** In composed lower case. A fraction is a word of its own: 9½ is neither 91 nor 912, and 10² is not 102. */
const clean = (text: string): string =>
  text
    .replace(/(?<![\d/])([1-7])[/\u2044]([2-9])(?![\d/])/g, (written) => {
      const sign = FRACTIONS.get(written.replace('\u2044', '/'));
      return sign ? ` ${sign} ` : written;
    })
    .replace(/[\u00BC-\u00BE\u2150-\u215F\u2189]/gu, ' $& ')
    .replace(/(?<=\p{N})(?=\p{No})|(?<=\p{No})(?=\p{N})/gu, ' ')
    .split(/([\u00BC-\u00BE\u2150-\u215F\u2189])/u)
    .map((part, index) => (index % 2 === 1 ? part : part.normalize('NFKC')))
    .join('')
    .replace(INVISIBLE, '')
    .toLowerCase()
    .normalize('NFC');

const isFraction = (word: string): boolean => /^[\u00BC-\u00BE\u2150-\u215F\u2189]$/u.test(word);
const foldWord = (word: string): string => (isFraction(word) ? word : fold(word));
const shorten = (word: string): string =>
  word.length <= MAX_WORD_LENGTH ? word : [...word].slice(0, MAX_WORD_LENGTH).join('');

/** "kaese" for "Käse"; undefined for a word without such letters. */
const spelled = (word: string): string | undefined =>
  /[äöüåø]/u.test(word) ? fold(word.replace(/[äöüåø]/gu, (letter) => SPELLED[letter]!)) : undefined;

/** Each two neighbours in a run without spaces, so that a search finds any part of it. */
function pairsOf(run: string): string[] {
  const letters = [...run];
  return letters.slice(0, -1).map((letter, index) => `${letter}${letters[index + 1]!}`);
}
const runsOf = (part: string): { text: string; isSpaced: boolean }[] =>
  part.split(RUNS).flatMap((text, index) => (text === '' ? [] : [{ text, isSpaced: index % 2 === 0 }]));

/** A code's parts from each change of letters and digits to its end and to the next, so that "114DRE" finds "INS114DRE". */
function piecesOf(word: string): string[] {
  const pieces = word.match(/\p{N}+|[^\p{N}]+/gu) ?? [];
  if (pieces.length < 2) return [];
  return pieces.flatMap((piece, index) => [piece, pieces.slice(index).join('')]);
}

const withoutZeros = (word: string): string[] => (/^0+\d/.test(word) ? [word.replace(/^0+/, '')] : []);
const isNumber = (word: string): boolean => /^\p{Nd}+$/u.test(word);

/**
 * The words under which a search finds the texts, each once: folded, also as people spell umlauts, joined ("tshirt" for
 * "T-shirt", "28cm" for "28 cm"), in parts (codes), and in pairs of letters (scripts without spaces).
 */
export function wordsOf(...texts: readonly string[]): string[] {
  const words = new Set<string>();
  const add = (...found: readonly (string | undefined)[]) => {
    for (const word of found) if (word) words.add(shorten(word));
  };
  for (const text of texts) {
    let before: string | undefined;
    for (const [chain] of clean(text).matchAll(CHAINS)) {
      const parts = chain.split(SEPARATORS);
      for (const part of parts) {
        for (const { text: run, isSpaced } of runsOf(part)) {
          const word = foldWord(run);
          if (isSpaced)
            add(
              word,
              spelled(run),
              ...[word, ...piecesOf(word)].flatMap((one) => [one, ...withoutZeros(one)]),
            );
          else add(...pairsOf(word), [...word].at(-1));
        }
      }
      if (UNSPACED.test(chain)) {
        before = undefined;
        continue;
      }
      // A number that is joined with another would be a third: 1.5 is not 15.
      if (parts.length > 1 && !/\p{N}[^\p{L}\p{N}\p{M}]\p{N}/u.test(chain)) {
        add(fold(parts.join('')), spelled(parts.join('')));
      }
      const word = parts.length === 1 ? foldWord(chain) : undefined;
      if (before && word && isNumber(before) !== isNumber(word) && !isFraction(word)) add(before + word);
      before = word && !isFraction(word) ? word : undefined;
    }
  }
  return [...words];
}

/** A code as people type it: with its separators, with others, or with none. */
export const codeWords = (code: string): string[] => {
  const joined = clean(code).replace(/[^\p{L}\p{N}\p{M}]/gu, '');
  return [...new Set([...wordsOf(code), ...wordsOf(joined)])];
};

/** The words of a search as typed, folded, in order, each once. */
export function typedWords(search: string): string[] {
  const words = new Set<string>();
  // "chef's" means "chef".
  for (const [chain] of clean(search)
    .replace(/['’]s(?![\p{L}\p{N}])/gu, '')
    .matchAll(CHAINS)) {
    for (const { text: run, isSpaced } of chain.split(SEPARATORS).flatMap(runsOf)) {
      const word = foldWord(run);
      const pairs = isSpaced ? [] : pairsOf(word);
      for (const one of pairs.length > 0 ? pairs : [word]) words.add(shorten(one));
    }
  }
  return [...words];
}
