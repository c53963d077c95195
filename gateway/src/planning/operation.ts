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
  parse,
  getVariableValues,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import { answerPath } from '../execution/client-fields.js';
import { type ConditionValues, isConditionMet } from '../execution/conditions.js';
import type { Hidden } from '../execution/hidden.js';
import type { JsonObject } from '../execution/json.js';
import { Shaper } from '../execution/shape.js';
import { actualCost, compileEstimate, type CostTable, type Estimate } from '../plugins/use-cost.js';
import { sha256 } from '../plugins/use-persisted-operations.js';
import { findOperation } from './document.js';
import type { CompiledPlan, StepGraph } from './plan.js';
import { MAX_INTROSPECTION, MAX_SHAPES } from './weight.js';

const INTROSPECTION = new Set(['__schema', '__type']);

export const unresolvableMessage = (key: string) =>
  `No subgraph can resolve the field "${key}" as it is asked for.`;

/** All that can be known of an operation before its variables: parsed, validated, planned, its answer's shape compiled. */
export class Operation {
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly name: string | undefined;
  /** Whether its answer may hang on variables. */
  readonly takesVariables: boolean;
  /** How often it was asked for since it was prepared. */
  uses = 0;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #conditionVariables: readonly string[];
  readonly #defaults: JsonObject;
  readonly #shapers = new Map<string, Shaper>();
  /** What the operation may cost at most, for given variables. */
  readonly estimate: Estimate;
  readonly #hasIntrospection: boolean;
  /** Root fields that no fetch of the plan asks for: no subgraph can give them. Apollo answers them with a bare null. */
  readonly unresolvable: readonly string[];
  /** Whether that is all the operation asks for. */
  readonly isUnresolvable: boolean;
  readonly #constantIntrospection = new Map<string, ReadonlyMap<string, string>>();

  constructor(
    readonly text: string,
    /** As the client gave it; a document with one operation needs none. */
    readonly requestedName: string | null | undefined,
    document: DocumentNode,
    readonly node: OperationDefinitionNode,
    readonly schema: GraphQLSchema,
    private readonly hidden: Hidden,
    /** As Apollo's planner made them, where plans may be shown; more than one only where requirements contradict each other. */
    readonly queryPlans: readonly QueryPlan[],
    readonly plan: CompiledPlan,
    /** What must run beside the plan, on data of its own that is merged in at the end. */
    readonly morePasses: readonly StepGraph[],
    /** Fields that have another name in the data than in the answer. */
    readonly renamedFields: ReadonlySet<string>,
    private readonly costs: { readonly table: CostTable; readonly listSize: number },
  ) {
    this.kind = node.operation;
    this.name = node.name?.value;
    this.takesVariables = (node.variableDefinitions?.length ?? 0) > 0;
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
    this.estimate = compileEstimate(node, { schema, fragments: this.#fragments, ...costs });
    const { unresolvable, isAll } = this.#unresolvableFields();
    this.unresolvable = unresolvable;
    this.isUnresolvable = isAll;
    this.#hasIntrospection = node.operation === 'query' && this.#introspectionFields(undefined).length > 0;
  }

  /**
   * Checks the variables against the operation's definitions.
   * @returns the faults, or the values with defaults filled in
   */
  readVariables(given: JsonObject): { values: JsonObject } | { errors: readonly GraphQLError[] } {
    if (!this.takesVariables) return { values: EMPTY };
    const result = getVariableValues(this.schema, this.node.variableDefinitions!, given, { maxErrors: 20 });
    if (result.errors) return { errors: this.#locate(given) ?? result.errors };
    return { values: { ...this.#defaults, ...given } };
  }

  /** The faults of variables with their places in the text, which the document that is kept does not know. */
  #locate(given: JsonObject): readonly GraphQLError[] | undefined {
    const { variableDefinitions } = findOperation(parse(this.text), this.requestedName);
    return getVariableValues(this.schema, variableDefinitions!, given, { maxErrors: 20 }).errors;
  }

  /** Writes the answer's `data` out of what the subgraphs gave. */
  shape(data: JsonObject, variables: JsonObject): ReturnType<Shaper['write']> {
    if (this.#conditionVariables.length === 0)
      return (this.#only ??= this.#compileShaper(EMPTY)).write(data, this.#introspect(EMPTY, variables));
    // Without a prototype: a variable may be called `__proto__`.
    const values = Object.create(null) as Record<string, boolean>;
    let key = '';
    for (const name of this.#conditionVariables) {
      values[name] = variables[name] === true;
      key += values[name] ? '1' : '0';
    }
    let shaper = this.#shapers.get(key);
    if (!shaper) {
      shaper = this.#compileShaper(values);
      if (this.#shapers.size >= MAX_SHAPES) this.#shapers.delete(this.#shapers.keys().next().value!);
      this.#shapers.set(key, shaper);
    }
    return shaper.write(data, this.#introspect(values, variables));
  }

  /** The beginning of the text's SHA-256, to find the same operation in logs. */
  get hash(): string {
    return (this.#hash ??= sha256(this.text).slice(0, 16));
  }

  /** What an answer's `data` did cost. */
  actualCost(data: unknown): number {
    return actualCost(data, this.node, {
      schema: this.schema,
      fragments: this.#fragments,
      table: this.costs.table,
    });
  }

  #introspectionLength = 0;
  #hash: string | undefined;
  #only: Shaper | undefined;

  #compileShaper(conditions: ConditionValues): Shaper {
    const root = this.schema.getRootType(this.node.operation);
    if (!root) throw new GraphQLError(`The schema has no ${this.node.operation} type.`);
    return new Shaper(
      this.schema,
      this.#fragments,
      conditions,
      this.renamedFields,
      this.hidden,
      root,
      this.node.selectionSet,
    );
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
    const length = [...texts.values()].reduce((sum, text) => sum + text.length, key.length);
    if (this.#introspectionLength + length <= MAX_INTROSPECTION) {
      this.#introspectionLength += length;
      this.#constantIntrospection.set(key, texts);
    }
    return texts;
  }

  #unresolvableFields(): { unresolvable: string[]; isAll: boolean } {
    const wanted = new Set<string>();
    if (this.kind !== 'query') return { unresolvable: [], isAll: false };
    let isAll = true;
    const visitSet = (set: SelectionSetNode): void => {
      for (const selection of set.selections) {
        // What a condition may leave out is not the planner's fault.
        if (selection.directives && selection.directives.length > 0) isAll = false;
        else if (selection.kind === Kind.FIELD) {
          if (selection.name.value.startsWith('__')) isAll = false;
          else wanted.add(selection.alias?.value ?? selection.name.value);
        } else {
          const below =
            selection.kind === Kind.INLINE_FRAGMENT
              ? selection.selectionSet
              : this.#fragments.get(selection.name.value)?.selectionSet;
          if (below) visitSet(below);
        }
      }
    };
    visitSet(this.node.selectionSet);
    for (const { graph } of [this.plan, ...this.morePasses.map((graph) => ({ graph }))]) {
      for (const step of graph.steps)
        if (!step.isEntities)
          for (const key of step.texts.rootKeys())
            if (wanted.delete(answerPath([key], this.renamedFields)[0] as string)) isAll = false;
    }
    return { unresolvable: [...wanted], isAll };
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
