import type { QueryPlan } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  executeSync,
  getVariableValues,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import { type ConditionValues, isConditionMet } from '../execution/conditions.js';
import type { JsonObject } from '../execution/json.js';
import { Shaper } from '../execution/shape.js';
import type { CompiledPlan } from './plan.js';

const INTROSPECTION = new Set(['__schema', '__type']);
/** Different combinations of @skip/@include values kept compiled per operation. */
const MAX_SHAPERS = 32;

/** All that can be known of an operation before its variables: parsed, validated, planned, its answer's shape compiled. */
export class Operation {
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly name: string | undefined;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #conditionVariables: readonly string[];
  readonly #defaults: JsonObject;
  readonly #shapers = new Map<string, Shaper>();
  readonly #hasIntrospection: boolean;
  readonly #constantIntrospection = new Map<string, ReadonlyMap<string, string>>();

  constructor(
    readonly text: string,
    readonly document: DocumentNode,
    readonly node: OperationDefinitionNode,
    readonly schema: GraphQLSchema,
    readonly queryPlan: QueryPlan,
    readonly plan: CompiledPlan,
  ) {
    this.kind = node.operation;
    this.name = node.name?.value;
    this.#fragments = new Map(
      document.definitions.flatMap((definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
      ),
    );
    this.#conditionVariables = conditionVariables(document);
    this.#defaults = Object.fromEntries(
      (node.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
        defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
      ),
    );
    this.#hasIntrospection = node.operation === 'query' && this.#introspectionFields(undefined).length > 0;
  }

  /**
   * Checks the variables against the operation's definitions.
   * @returns the faults, or the values with defaults filled in
   */
  readVariables(given: JsonObject): { values: JsonObject } | { errors: readonly GraphQLError[] } {
    const definitions = this.node.variableDefinitions;
    if (!definitions || definitions.length === 0) return { values: EMPTY };
    const result = getVariableValues(this.schema, definitions, given, { maxErrors: 20 });
    if (result.errors) return { errors: result.errors };
    return { values: { ...this.#defaults, ...given } };
  }

  /** Writes the answer's `data` out of what the subgraphs gave. */
  shape(data: JsonObject, variables: JsonObject): ReturnType<Shaper['write']> {
    if (this.#conditionVariables.length === 0)
      return (this.#only ??= this.#compileShaper(EMPTY)).write(data, this.#introspect(EMPTY, variables));
    const values: Record<string, boolean> = {};
    let key = '';
    for (const name of this.#conditionVariables) {
      values[name] = variables[name] === true;
      key += values[name] ? '1' : '0';
    }
    let shaper = this.#shapers.get(key);
    if (!shaper) {
      shaper = this.#compileShaper(values);
      if (this.#shapers.size >= MAX_SHAPERS) this.#shapers.delete(this.#shapers.keys().next().value!);
      this.#shapers.set(key, shaper);
    }
    return shaper.write(data, this.#introspect(values, variables));
  }

  #only: Shaper | undefined;

  #compileShaper(conditions: ConditionValues): Shaper {
    const root = this.schema.getRootType(this.node.operation);
    if (!root) throw new GraphQLError(`The schema has no ${this.node.operation} type.`);
    return new Shaper(this.schema, this.#fragments, conditions, root, this.node.selectionSet);
  }

  /** `__schema` and `__type` are answered here, out of the API schema, by graphql-js. */
  #introspect(conditions: ConditionValues, variables: JsonObject): ReadonlyMap<string, string> | undefined {
    if (!this.#hasIntrospection) return undefined;
    const key = JSON.stringify([conditions, variables]);
    const known = this.#constantIntrospection.get(key);
    if (known) return known;
    const operation: OperationDefinitionNode = {
      ...this.node,
      directives: [],
      selectionSet: { kind: Kind.SELECTION_SET, selections: this.#introspectionFields(conditions) },
    };
    const { data } = executeSync({
      schema: this.schema,
      document: { kind: Kind.DOCUMENT, definitions: [operation, ...this.#fragments.values()] },
      variableValues: variables,
    });
    const texts = new Map(Object.entries(data ?? {}).map(([name, value]) => [name, JSON.stringify(value)]));
    if (this.#constantIntrospection.size < 4) this.#constantIntrospection.set(key, texts);
    return texts;
  }

  /** The root introspection fields that the conditions let in; with `undefined`, all there are. */
  #introspectionFields(conditions: ConditionValues | undefined): FieldNode[] {
    const found: FieldNode[] = [];
    const visitSet = (set: SelectionSetNode): void => {
      for (const selection of set.selections) {
        if (conditions && !isConditionMet(selection, conditions)) continue;
        if (selection.kind === Kind.FIELD) {
          if (INTROSPECTION.has(selection.name.value)) found.push(selection);
        } else if (selection.kind === Kind.INLINE_FRAGMENT) visitSet(selection.selectionSet);
        else {
          const fragment = this.#fragments.get(selection.name.value);
          if (fragment) visitSet(fragment.selectionSet);
        }
      }
    };
    visitSet(this.node.selectionSet);
    return found;
  }
}

const EMPTY: Record<string, never> = Object.freeze({}) as Record<string, never>;

function conditionVariables(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive(node) {
      if (node.name.value !== 'skip' && node.name.value !== 'include') return;
      for (const { value } of node.arguments ?? [])
        if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}
