import type { ResponseError } from '../json/response-error.js';
import { answerWriterOf } from './answer-writer.js';
import { withShapeErrors } from './errors.js';
import { writeJson } from '../json/exact-number.js';
import { Execution, type SubgraphFetch } from './execute.js';
import { type JsonObject, mergeInto } from '../json/json.js';
import type { RequestScope } from '../scope/request-scope.js';
import type { Subgraphs } from './subgraphs.js';
import { type Operation, unresolvableMessage } from '../operation/operation.js';

/** A request as every transport reads it. */
export interface GraphQLRequest {
  readonly query: string;
  readonly operationName: string | null | undefined;
  readonly variables: JsonObject;
  readonly extensions: JsonObject;
}

/** An answer, written once: transports pass the text on as it is. */
export interface Answer {
  readonly text: string;
  /** The part under `data`. */
  readonly data: string;
  readonly errors: readonly ResponseError[];
  /** For transports that have headers. */
  readonly headers?: Readonly<Record<string, string>>;
}

const UNCACHED = { 'cache-control': 'no-store' };
/** Request headers that a cacheable answer depends on. */
const CACHED = { vary: 'accept, accept-encoding, authorization' };

/** Runs a query or mutation; the promise rejects for faults of our own only. */
export function runOperation(
  operation: Operation,
  variables: JsonObject,
  scope: RequestScope,
  subgraphs: Pick<Subgraphs, 'fetcher'>,
): Promise<Answer> {
  const before = operation.unresolvable.map((key) => ({
    message: unresolvableMessage(key),
    path: [key],
    extensions: { code: 'FIELD_NOT_RESOLVABLE' },
  }));
  return runGraphs(operation, {}, before, variables, subgraphs.fetcher(scope)).then((answer) => {
    const cacheControl =
      operation.kind === 'query' && answer.errors.length === 0 ? scope.cacheControl() : 'no-store';
    return {
      ...answer,
      headers: cacheControl === 'no-store' ? UNCACHED : { ...CACHED, 'cache-control': cacheControl },
    };
  });
}

/** Fills `data` by the operation's plan and writes the answer: a whole operation, or the rest of one for a stream's event. */
export function runGraphs(
  operation: Operation,
  data: JsonObject,
  before: readonly ResponseError[],
  variables: JsonObject,
  fetch: SubgraphFetch,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const errors = [...before];
    // An event's data was not read here.
    let isPlain = Object.keys(data).length === 0;
    const { graphs, isShared } = operation.passes(variables);
    const run = (pass: number): void => {
      const graph = graphs[pass];
      if (!graph) {
        try {
          resolve(writeAnswer(operation, data, variables, errors, isPlain));
        } catch (error) {
          reject(error as Error);
        }
        return;
      }
      const own = isShared || pass === 0 ? data : {};
      const execution = new Execution(graph, own, variables, fetch, () => {
        for (const error of execution.errors) errors.push(error);
        isPlain &&= execution.isPlain;
        if (own !== data) mergeInto(data, own, graph.interfaces);
        run(pass + 1);
      });
      execution.start();
    };
    run(0);
  });
}

function writeAnswer(
  operation: Operation,
  data: JsonObject,
  variables: JsonObject,
  found: ResponseError[],
  isPlain: boolean,
): Answer {
  const located = found.length === 0 ? found : answerWriterOf(operation).locate(found, data, variables);
  const { text, errors: faults } = answerWriterOf(operation).write(data, variables, isPlain);
  const errors = withShapeErrors(located, faults);
  return {
    text: errors.length === 0 ? text : `{"errors":${writeJson(errors)},${text.slice(1)}`,
    data: text.slice('{"data":'.length, -1),
    errors,
  };
}
