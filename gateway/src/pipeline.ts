import { type ResponseError, withShapeErrors } from './execution/errors.js';
import { Execution } from './execution/execute.js';
import type { JsonObject } from './execution/json.js';
import type { RequestScope } from './execution/scope.js';
import type { Subgraphs } from './execution/subgraphs.js';
import type { Operation } from './planning/operation.js';
import type { StepGraph } from './planning/plan.js';

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
  readonly errors: readonly ResponseError[];
}

/** Runs a query or mutation; the promise never rejects for what a subgraph does. */
export function runOperation(
  operation: Operation,
  variables: JsonObject,
  scope: RequestScope,
  subgraphs: Subgraphs,
): Promise<Answer> {
  return runGraph(operation, operation.plan.graph, {}, [], variables, scope, subgraphs);
}

/** Fills `data` by the step graph and writes the answer: a whole operation, or the rest of one for a stream's event. */
export function runGraph(
  operation: Operation,
  graph: StepGraph,
  data: JsonObject,
  before: readonly ResponseError[],
  variables: JsonObject,
  scope: RequestScope,
  subgraphs: Subgraphs,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const execution = new Execution(graph, data, variables, subgraphs.fetcher(scope), () => {
      try {
        const { text, errors: found } = operation.shape(data, variables);
        const errors = withShapeErrors(
          before.length === 0 ? execution.errors : [...before, ...execution.errors],
          found,
        );
        resolve({
          text:
            errors.length === 0 ? `{"data":${text}}` : `{"errors":${JSON.stringify(errors)},"data":${text}}`,
          errors,
        });
      } catch (error) {
        reject(error as Error);
      }
    });
    execution.start();
  });
}
