import {
  executeSync,
  type FieldNode,
  GraphQLError,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { toDoubles } from '../json/exact-number.js';
import type { JsonObject } from '../json/json.js';
import type { ResponseError } from '../json/response-error.js';
import type { ConditionValues } from '../operation/conditions.js';
import { variablesOf } from '../operation/document.js';
import type { Operation } from '../operation/operation.js';
import { MAX_INTROSPECTION, MAX_SHAPES } from '../operation/weight.js';
import { answerPaths, type PathContext } from './answer-path.js';
import { type Introspect, Shaper } from './shape.js';

const NO_CONDITIONS: ConditionValues = Object.freeze({});

/** Writers by operation: each is made when its operation first runs, and kept as long as the operation is. */
const writers = new WeakMap<Operation, AnswerWriter>();

export function answerWriterOf(operation: Operation): AnswerWriter {
  let writer = writers.get(operation);
  if (!writer) writers.set(operation, (writer = new AnswerWriter(operation)));
  return writer;
}

/** Writes one operation's answers, in the client's own words. */
export class AnswerWriter {
  /** Where no variable decides which fields the answer has. */
  #only: Shaper | undefined;
  readonly #shapers = new Map<string, Shaper>();
  /** Introspection that does not depend on variables, by the fields of a shaper. */
  readonly #introspected = new WeakMap<readonly FieldNode[], string>();
  #introspectionLength = 0;

  constructor(private readonly operation: Operation) {}

  /**
   * Writes the answer from what the subgraphs gave.
   * @param isPlain whether all strings in `data` come from plain JSON; see json-writer.ts
   */
  write(data: JsonObject, variables: JsonObject, isPlain: boolean): ReturnType<Shaper['write']> {
    const introspect: Introspect = (nodes) => this.#introspect(nodes, variables);
    if (!this.operation.hasConditions)
      return (this.#only ??= this.#compileShaper(NO_CONDITIONS)).write(data, introspect, isPlain);
    const values = this.operation.conditionValues(variables);
    const key = Object.values(values).join();
    let shaper = this.#shapers.get(key);
    if (!shaper) {
      shaper = this.#compileShaper(values);
      if (this.#shapers.size >= MAX_SHAPES) this.#shapers.delete(this.#shapers.keys().next().value!);
      this.#shapers.set(key, shaper);
    }
    return shaper.write(data, introspect, isPlain);
  }

  /** Gives errors their places in the answer. */
  locate(errors: readonly ResponseError[], data: JsonObject, variables: JsonObject): ResponseError[] {
    const { schema, fragments, names, node } = this.operation;
    const context: PathContext = {
      schema,
      fragments,
      names,
      selectionSet: node.selectionSet,
      data,
      conditions: this.operation.conditionValues(variables),
    };
    const seen = new Set<string>();
    return errors
      .flatMap((error): ResponseError[] => {
        if (!error.path) return [error];
        const { path, ...rest } = error;
        return answerPaths(path, context).map((place) =>
          place.length > 0 ? { ...error, path: place } : rest,
        );
      })
      .filter(({ path, message }) => {
        // Subgraphs that share a field fail alike; the specification wants one error for a field.
        const key = path && JSON.stringify([path, message]);
        return key === undefined || (!seen.has(key) && seen.add(key));
      });
  }

  #compileShaper(conditions: ConditionValues): Shaper {
    const { schema, node, fragments, names, hidden } = this.operation;
    const root = schema.getRootType(node.operation);
    if (!root) throw new GraphQLError(`The schema has no ${node.operation} type.`);
    return new Shaper(schema, fragments, conditions, names, hidden, root, node.selectionSet);
  }

  /** `__schema` and `__type` are answered here, from the API schema, by graphql-js. */
  #introspect(nodes: readonly FieldNode[], variables: JsonObject): string {
    const known = this.#introspected.get(nodes);
    if (known !== undefined) return known;
    const { schema, node, fragments } = this.operation;
    const fields = nodes.map((one) => ({ ...one, directives: [] }));
    const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: fields };
    const used = this.#variablesWithin(selectionSet);
    const { data } = executeSync({
      schema,
      document: {
        kind: Kind.DOCUMENT,
        definitions: [
          {
            kind: Kind.OPERATION_DEFINITION,
            operation: OperationTypeNode.QUERY,
            variableDefinitions: (node.variableDefinitions ?? []).filter(({ variable }) =>
              used.has(variable.name.value),
            ),
            selectionSet,
          },
          ...fragments.values(),
        ],
      },
      variableValues: toDoubles(variables),
    });
    const text = JSON.stringify(Object.values(data ?? {})[0] ?? null);
    if (used.size === 0 && this.#introspectionLength + text.length <= MAX_INTROSPECTION) {
      this.#introspectionLength += text.length;
      this.#introspected.set(nodes, text);
    }
    return text;
  }

  #variablesWithin(set: SelectionSetNode): Set<string> {
    const used = variablesOf(set);
    const seen = new Set<string>();
    const follow = (node: SelectionSetNode): void =>
      void visit(node, {
        FragmentSpread: ({ name }) => {
          const fragment = this.operation.fragments.get(name.value);
          if (!fragment || seen.has(name.value)) return;
          seen.add(name.value);
          for (const one of variablesOf(fragment)) used.add(one);
          follow(fragment.selectionSet);
        },
      });
    follow(set);
    return used;
  }
}
