import { LRUCache } from 'lru-cache';

/** A product stays: archived ones keep their page. */
const FOUND_MS = 60_000;
/** A new product's page must not be missing for long. */
const MISSING_MS = 10_000;
const REMEMBERED = 10_000;
/** Questions at the same time. Addresses that anybody may make up must not keep the catalogue busy. */
const MOST_AT_ONCE = 50;
const PATIENCE_MS = 1_000;
/** The catalogue's own limit is far lower. */
const LONGEST_SKU = 200;

/**
 * Whether there is a product; undefined where the catalogue does not answer in time, cannot, or is asked too much
 * already. Asked once a minute and SKU at most.
 */
export type ProductLookup = (sku: string) => Promise<boolean | undefined>;

/** @param ask asks the catalogue; rejects when it cannot be asked */
export function createProductLookup(ask: (sku: string) => Promise<boolean>): ProductLookup {
  const known = new LRUCache<string, boolean>({ max: REMEMBERED });
  const asked = new Map<string, Promise<boolean | undefined>>();
  const find = (key: string): Promise<boolean | undefined> => {
    const answer = ask(key)
      .then(
        (exists) => {
          known.set(key, exists, { ttl: exists ? FOUND_MS : MISSING_MS });
          return exists;
        },
        () => undefined,
      )
      .finally(() => asked.delete(key));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
    });
    return Promise.race([answer, late]).finally(() => clearTimeout(timer));
  };
  return async (sku) => {
    if (sku.length > LONGEST_SKU) return false;
    const key = sku.toLowerCase();
    const remembered = known.get(key);
    if (remembered !== undefined) return remembered;
    let question = asked.get(key);
    if (!question) {
      if (asked.size >= MOST_AT_ONCE) return undefined;
      asked.set(key, (question = find(key)));
    }
    return question;
  };
}
