/** How near another word is to the typed one. */
export type Nearness = 'same' | 'form' | 'part' | 'guess';

/** A typed word, with the other words of the shop that it may mean. A product must have one of them. */
export interface SearchTerm {
  /** Folded. It also matches words that it begins. */
  readonly word: string;
  /** Folded. They only match as a whole. */
  readonly others: Readonly<Record<Nearness, readonly string[]>>;
}

export const NO_OTHERS: SearchTerm['others'] = { same: [], form: [], part: [], guess: [] };

/** The term without what the shop's vocabulary adds. */
export const plainTerm = (word: string): SearchTerm => ({ word, others: NO_OTHERS });

/** All other words of a term. */
export const othersOf = ({ others }: SearchTerm): string[] => [
  ...others.same,
  ...others.form,
  ...others.part,
  ...others.guess,
];

/** Whether one of a product's words is the typed one, begins with it, or is one that it may mean. */
export function isMeant(term: SearchTerm, words: readonly string[]): boolean {
  const others = new Set(othersOf(term));
  return words.some((word) => word.startsWith(term.word) || others.has(word));
}
