import type { SearchTerm } from './search-term.js';
import { fillersOf, stemsOf, writesCompounds, type SearchLanguage } from './stems.js';
import { allowedErrors, countErrors, differing, lettersOf } from './typing-errors.js';

/** Only words of at least two letters of a script with spaces have forms and parts. */
const ALPHABETIC = /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]{2,}$/u;
const SPACED = /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Nd}]+$/u;
const MAX_OTHERS = 40;
/** Guessing compares with every word, so a search of many wrong words gets few guesses. */
const MAX_GUESSES = 3;
const MIN_PART = 3;
const LONG_PART = 5;

export type Vocabulary = ReturnType<typeof createVocabulary>;

/**
 * The words of the shop's products, in memory. It tells what a typed word may mean: another form of it, a compound that
 * contains it, two words that it joins, or the word that was meant by a mistyped one.
 */
export function createVocabulary(languages: readonly SearchLanguage[]) {
  const stems = new Map<string, readonly string[]>();
  const byStem = new Map<string, Set<string>>();
  /** By length, each word with its letters. */
  const byLength = new Map<number, Map<string, number>>();
  /** All words in order; undefined after a change, until it is needed. */
  let ordered: string[] | undefined;
  /** Added since the last read began: what is read may be older. */
  let recent = new Set<string>();
  const fillers = fillersOf(languages);
  const compounds = writesCompounds(languages);

  function add(word: string): void {
    if (stems.has(word) || !ALPHABETIC.test(word)) return;
    const own = stemsOf(word, languages);
    stems.set(word, own);
    for (const stem of own) byStem.set(stem, (byStem.get(stem) ?? new Set()).add(word));
    byLength.set(word.length, (byLength.get(word.length) ?? new Map()).set(word, lettersOf(word)));
    ordered = undefined;
  }

  function remove(word: string): void {
    for (const stem of stems.get(word) ?? []) {
      byStem.get(stem)?.delete(word);
      if (byStem.get(stem)?.size === 0) byStem.delete(stem);
    }
    stems.delete(word);
    byLength.get(word.length)?.delete(word);
    ordered = undefined;
  }

  /** Whether any word begins so. */
  function isBeginning(text: string): boolean {
    ordered ??= [...stems.keys()].sort();
    let [low, high] = [0, ordered.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ordered[middle]! < text) low = middle + 1;
      else high = middle;
    }
    return ordered[low]?.startsWith(text) ?? false;
  }

  const formsOf = (word: string): string[] =>
    ALPHABETIC.test(word) ? stemsOf(word, languages).flatMap((stem) => [...(byStem.get(stem) ?? [])]) : [];

  const isKnown = (word: string): boolean => stems.has(word) || formsOf(word).length > 0;

  /** Whether what stands before a part may be a word: with the letters that join German words, too. */
  const isFirstPart = (text: string): boolean => {
    if (text.length < 2) return false;
    return isKnown(text) || isKnown(text.replace(/(?:s|n|en|es|er|e)$/, ''));
  };

  /** Words that end with the word or contain it: `kanne` in `teekanne`. */
  function compoundsOf(word: string): string[] {
    if (word.length < MIN_PART || !ALPHABETIC.test(word)) return [];
    const found: string[] = [];
    const own = new Set([word, ...stemsOf(word, languages).map((stem) => stem.slice(stem.indexOf(':') + 1))]);
    const shortest = [...own].reduce((a, b) => (b.length < a.length && a.startsWith(b) ? b : a));
    const isOneEnough = [...own].every((part) => part.startsWith(shortest));
    for (const [candidate, candidateStems] of stems) {
      if (candidate.length < word.length + 2 || (isOneEnough && !candidate.includes(shortest, 2))) continue;
      const isCompound = [...own].some((part) => {
        if (part.length < MIN_PART) return false;
        const at = candidate.indexOf(part, 2);
        if (at < 2) return false;
        const first = candidate.slice(0, at);
        if (isFirstPart(first)) return endsWith(candidate, candidateStems, part) || part.length > MIN_PART;
        if (at < MIN_PART) return false;
        return (
          part.length >= LONG_PART ||
          (compounds && part.length > MIN_PART && endsWith(candidate, candidateStems, part))
        );
      });
      if (isCompound) found.push(candidate);
      if (found.length >= MAX_OTHERS) break;
    }
    return found;
  }

  const endsWith = (word: string, wordStems: readonly string[], part: string): boolean =>
    word.endsWith(part) || wordStems.some((stem) => stem.endsWith(part));

  /** The two known words that a word joins. */
  function split(word: string): [string, string] | undefined {
    for (let at = word.length - 2; at >= 1; at -= 1) {
      const [first, second] = [word.slice(0, at), word.slice(at)];
      if (first.length === 1 && second.length < 4) continue;
      if ((stems.has(first) || first.length === 1) && isKnown(second) && second.length >= 2)
        return [first, second];
    }
    return undefined;
  }

  /** The known words with the fewest typing errors, if these are few enough. */
  function guess(word: string): string[] {
    let most = allowedErrors(word);
    if (most === 0 || !ALPHABETIC.test(word)) return [];
    const letters = lettersOf(word);
    let found: string[] = [];
    for (let length = word.length - most; length <= word.length + most; length += 1) {
      for (const [candidate, itsLetters] of byLength.get(length) ?? []) {
        if (differing(letters, itsLetters) > 2 * most) continue;
        const errors = countErrors(word, candidate, most);
        if (errors > most) continue;
        if (errors < most) [found, most] = [[], errors];
        found.push(candidate);
      }
    }
    return found.slice(0, MAX_OTHERS);
  }

  return {
    add(words: Iterable<string>): void {
      for (const word of words) {
        if (stems.has(word)) continue;
        add(word);
        if (stems.has(word)) recent.add(word);
      }
    },

    /** Keeps the words that are loaded, and those added since the read before, whose product may be written just now. */
    async read(load: () => Promise<readonly string[]>): Promise<void> {
      const before = recent;
      recent = new Set();
      const loaded = await load();
      const kept = new Set([...loaded, ...before, ...recent]);
      for (const word of [...stems.keys()]) if (!kept.has(word)) remove(word);
      for (const word of kept) add(word);
    },

    /**
     * What a search may mean. A product must match all terms.
     * @param typed folded words in the order typed
     */
    termsOf(typed: readonly string[]): SearchTerm[] {
      const content = typed.filter((word) => !fillers.has(word));
      const words = content.length > 0 ? content : typed;
      let guesses = 0;
      return words.flatMap((word): SearchTerm[] => {
        const place = typed.indexOf(word);
        const [before, after] = [typed[place - 1], typed[place + 1]];
        const joined = [...(before ? [before + word] : []), ...(after ? [word + after] : [])].filter((one) =>
          SPACED.test(one),
        );
        const forms = formsOf(word);
        const part = compoundsOf(word);
        const term = (others: Partial<SearchTerm['others']> = {}): SearchTerm => {
          const seen = new Set([word]);
          const fresh = (list: readonly string[] = []) =>
            list.filter((one) => !seen.has(one) && seen.add(one)).slice(0, MAX_OTHERS);
          return {
            word,
            others: {
              same: fresh([...joined, ...joined.flatMap(formsOf)]),
              form: fresh(forms),
              part: fresh(part),
              guess: fresh(others.guess),
            },
          };
        };
        const isFound = isBeginning(word) || forms.length + part.length > 0;
        if (isFound || joined.some((one) => stems.has(one)) || !ALPHABETIC.test(word)) return [term()];
        const halves = split(word);
        if (halves)
          return halves.map((half) => ({
            word: half,
            others: { same: [], form: formsOf(half).filter((form) => form !== half), part: [], guess: [] },
          }));
        guesses += 1;
        return [term(guesses <= MAX_GUESSES ? { guess: guess(word) } : {})];
      });
    },
  };
}
