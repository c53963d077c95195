import { WrittenData, type Identity, type ServerPlugin } from '@cartograph/kit';
import { execute, type OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { ProductsContext } from '../context.js';

/** Answers that are made from many products and are the same for everyone. Single products have a cache of their own. */
const CACHED_FIELDS = new Set(['products', 'categories', 'allCategories', 'category']);
/** The size of all answers together. */
const MAX_CHARACTERS = 4_000_000;
/** The longest life of an answer, in case Redis comes back with an old revision. */
const MAX_AGE_MS = 30_000;

interface Deps {
  /** The revision of the whole catalogue. While it is undefined, nothing is cached. */
  readonly revision: () => Promise<string | undefined>;
  /** A context whose reads are at least as new as a revision. */
  readonly contextAt: (revision: string, context: ProductsContext) => ProductsContext;
  /** For metrics. */
  readonly counters?: { answer(wasCached: boolean): void };
}

/**
 * Caches public list answers in this process while the catalogue does not change. The revision is read before the answer is
 * made. If a write overtakes the answer, it is stored under an old revision and never served again. Identical requests at
 * the same time share one answer. Answers with errors are not cached. Answers are cached as JSON text: it is written only
 * once, and the garbage collector has no objects to traverse.
 */
export function createAnswerCache({ revision, contextAt, counters }: Deps): ServerPlugin<ProductsContext> {
  const answers = new LRUCache<string, WrittenData, () => Promise<WrittenData | undefined>>({
    maxSize: MAX_CHARACTERS,
    sizeCalculation: ({ text }) => text.length,
    ttl: MAX_AGE_MS,
    fetchMethod: (_key, _stale, { context: make }) => make(),
    // A waiting request gets its answer even if there is no room to cache it.
    ignoreFetchAbort: true,
    allowStaleOnFetchAbort: true,
  });

  return {
    async requestDidStart() {
      return {
        async responseForOperation(asked) {
          const { operation, document, schema, request, contextValue, queryHash } = asked;
          if (!isPublicList(operation, contextValue.identity)) return null;
          const current = await revision();
          if (current === undefined) return null;
          const { identity } = contextValue;
          // Part of the key, because refusals depend on it and identical requests share one answer.
          const tokenRefusal = identity.kind === 'anonymous' ? identity.tokenRefusal : undefined;
          const key = JSON.stringify([
            current,
            queryHash,
            request.operationName,
            request.variables,
            tokenRefusal ?? null,
          ]);
          let wasCached = true;
          const make = async (): Promise<WrittenData | undefined> => {
            wasCached = false;
            const { data, errors } = await execute({
              schema,
              document,
              contextValue: contextAt(current, contextValue),
              variableValues: request.variables,
              operationName: request.operationName,
            });
            return data && !errors ? new WrittenData(JSON.stringify(data)) : undefined;
          };
          const data = await answers.fetch(key, { context: make }).catch(() => undefined);
          counters?.answer(wasCached && data !== undefined);
          // The server makes an answer with errors again, and masks and logs the errors.
          if (!data) return null;
          const { http } = asked.response;
          return { http, body: { kind: 'single', singleResult: { data } } };
        },
      };
    },
  };
}

function isPublicList({ operation, selectionSet }: OperationDefinitionNode, identity: Identity): boolean {
  const isPublic =
    identity.kind === 'anonymous' || (identity.kind === 'user' && identity.role === 'CUSTOMER');
  return (
    isPublic &&
    operation === 'query' &&
    selectionSet.selections.every((field) => field.kind === 'Field' && CACHED_FIELDS.has(field.name.value))
  );
}
