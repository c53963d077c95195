import { WrittenData, type BaseGraphQLContext, type Identity, type ServerPlugin } from '@cartograph/kit';
import { execute, type OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';

/** What is made of many products, and shown to everybody alike. A single product has a cache of its own. */
const KEPT_FIELDS = new Set(['products', 'categories', 'allCategories', 'category']);
/** Of all answers together. */
const MAX_CHARACTERS = 4_000_000;
/** Longest life of an answer, should Redis ever come back with an old revision. */
const MAX_AGE_MS = 30_000;

/**
 * Keeps the answers to what the public asks of lists, in this process, for as long as the catalogue stays as it is. The
 * revision is read before the answer is made, so what a write overtakes is kept for a revision that nobody asks for any
 * more. Those who ask the same at the same moment wait for one answer. Answers with errors are not kept. What is kept is
 * JSON text: written once, and nothing that the garbage collector has to walk.
 */
export function createAnswerCache<Context extends BaseGraphQLContext>({
  revision,
  contextAt,
  onAnswer = () => {},
}: {
  /** Of the whole catalogue; undefined if it cannot be told, and then nothing is kept. */
  readonly revision: () => Promise<string | undefined>;
  /** A context whose reads are as new as a revision. */
  readonly contextAt: (revision: string, context: Context) => Context;
  readonly onAnswer?: (wasKept: boolean) => void;
}): ServerPlugin<Context> {
  const answers = new LRUCache<string, WrittenData, () => Promise<WrittenData | undefined>>({
    maxSize: MAX_CHARACTERS,
    sizeCalculation: ({ text }) => text.length,
    ttl: MAX_AGE_MS,
    fetchMethod: (_key, _stale, { context: make }) => make(),
    // Who waits for an answer gets it, also if there is no room to keep it.
    ignoreFetchAbort: true,
    allowStaleOnFetchAbort: true,
  });

  return {
    async requestDidStart() {
      return {
        async responseForOperation(asked) {
          const { operation, document, schema, request, contextValue, queryHash } = asked;
          if (!isPublicList(operation, contextValue.identity)) return null;
          const now = await revision();
          if (now === undefined) return null;
          const { identity } = contextValue;
          // Refusals differ by it, and those who ask the same at the same moment share one answer.
          const tokenRefusal = identity.kind === 'anonymous' ? identity.tokenRefusal : undefined;
          const key = JSON.stringify([
            now,
            queryHash,
            request.operationName,
            request.variables,
            tokenRefusal ?? null,
          ]);
          let wasKept = true;
          const make = async (): Promise<WrittenData | undefined> => {
            wasKept = false;
            const { data, errors } = await execute({
              schema,
              document,
              contextValue: contextAt(now, contextValue),
              variableValues: request.variables,
              operationName: request.operationName,
            });
            return data && !errors ? new WrittenData(JSON.stringify(data)) : undefined;
          };
          const data = await answers.fetch(key, { context: make }).catch(() => undefined);
          onAnswer(wasKept && data !== undefined);
          // An answer with errors is made again by the server, which masks and logs them.
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
    selectionSet.selections.every((field) => field.kind === 'Field' && KEPT_FIELDS.has(field.name.value))
  );
}
