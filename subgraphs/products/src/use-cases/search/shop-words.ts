import type { Clock } from '@cartograph/kit/clock';
import type { Logger } from '@cartograph/kit';
import { plainTerm, type SearchTerm } from '../../domain/search/search-term.js';
import type { Vocabulary } from '../../domain/search/vocabulary.js';
import type { CatalogueStore } from '../../store/store.js';

/** How old the vocabulary may be when a search uses it. */
const MAX_AGE_MS = 2_000;
/** Reading it takes at most one in so many parts of the time. */
const SHARE = 20;

interface Deps {
  readonly catalogue: Pick<CatalogueStore, 'words'>;
  readonly vocabulary: Vocabulary;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What typed words may mean in this shop. */
export type ReadTerms = (typed: readonly string[]) => Promise<SearchTerm[]>;

/**
 * Keeps the vocabulary current while people search. Words that this process writes are known at once, and those of other
 * processes after two seconds, or after 20 times as long as it takes to read them all. Until then a search finds them as
 * typed, but no other forms of them. If they cannot be read, searches continue with the words read before.
 */
export function createShopWords({ catalogue, vocabulary, clock, logger }: Deps): ReadTerms {
  let dueAt = 0;
  let reading: Promise<void> | undefined;

  async function read(): Promise<void> {
    const startedAt = clock().getTime();
    try {
      await vocabulary.read(() => catalogue.words());
    } catch (error) {
      logger.warn({ err: error }, 'could not read the words of the shop');
    }
    const now = clock().getTime();
    dueAt = now + Math.max(MAX_AGE_MS, SHARE * (now - startedAt));
  }

  return async (typed) => {
    if (typed.length === 0) return [];
    if (clock().getTime() >= dueAt)
      await (reading ??= read().finally(() => {
        reading = undefined;
      }));
    return vocabulary.termsOf(typed);
  };
}

/** For commands that do not search. */
export const plainTerms: ReadTerms = async (typed) => typed.map(plainTerm);
