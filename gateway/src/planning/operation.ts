import type { QueryPlan } from '@apollo/query-planner';
import {
  type ConstValueNode,
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
  OperationTypeNode,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import { answerPaths, type PathContext } from '../execution/answer-path.js';
import { type ConditionValues, isConditionMet } from '../execution/conditions.js';
import type { ResponseError } from '../execution/errors.js';
import type { Hidden } from '../execution/hidden.js';
import { ExactNumber, isExactNumber, toDoubles } from '../execution/exact-number.js';
import { type JsonObject, setOwn } from '../execution/json.js';
import { type Introspect, Shaper } from '../execution/shape.js';
import { actualCost, compileEstimate, type CostTable, type Estimate } from '../plugins/use-cost.js';
import { sha256 } from '../plugins/use-persisted-operations.js';
import { findOperation, variablesOf } from './document.js';
import type { CompiledPlan, Step, StepGraph } from './plan.js';
import type { PlannedOperation } from './planned.js';
import { MAX_INTROSPECTION, MAX_SHAPES } from './weight.js';

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
  /** Root fields that no fetch of the plan asks for: no subgraph can give them. Apollo answers them with a bare null. */
  readonly unresolvable: readonly string[];
  /** Whether that is all the operation asks for. */
  readonly isUnresolvable: boolean;
  /** Introspection that no variable has a part in, by the fields of a shaper. */
  readonly #introspected = new WeakMap<readonly FieldNode[], string>();

  constructor(
    readonly text: string,
    /** As the client gave it; a document with one operation needs none. */
    readonly requestedName: string | null | undefined,
    document: DocumentNode,
    readonly node: OperationDefinitionNode,
    readonly schema: GraphQLSchema,
    private readonly hidden: Hidden,
    private readonly planned: PlannedOperation,
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
        defaultValue ? [[variable.name.value, valueOf(defaultValue)]] : [],
      ),
    );
    this.estimate = compileEstimate(node, { schema, fragments: this.#fragments, ...costs });
    const { unresolvable, isAll } = this.#unresolvableFields();
    this.unresolvable = unresolvable;
    this.isUnresolvable = isAll;
  }

  /**
   * Checks the variables against the operation's definitions.
   * @returns the faults, or the values with defaults filled in
   */
  readVariables(given: JsonObject): { values: JsonObject } | { errors: readonly GraphQLError[] } {
    if (!this.takesVariables) return { values: EMPTY };
    const doubles = toDoubles(given);
    const result = getVariableValues(this.schema, this.node.variableDefinitions!, doubles, { maxErrors: 20 });
    if (result.errors) return { errors: this.#locate(doubles) ?? result.errors };
    const values: JsonObject = { ...this.#defaults, ...given };
    for (const [name, clients] of this.planned.variables)
      if (values[clients] !== undefined) values[name] = values[clients];
    return { values };
  }

  /** The faults of variables with their places in the text, which the document that is kept does not know. */
  #locate(given: JsonObject): readonly GraphQLError[] | undefined {
    const { variableDefinitions } = findOperation(parse(this.text), this.requestedName);
    return getVariableValues(this.schema, variableDefinitions!, given, { maxErrors: 20 }).errors;
  }

  /**
   * Writes the answer out of what the subgraphs gave.
   * @param isPlain whether all strings in `data` come from plain JSON; see json-writer.ts
   */
  shape(data: JsonObject, variables: JsonObject, isPlain: boolean): ReturnType<Shaper['write']> {
    const introspect: Introspect = (nodes) => this.#introspect(nodes, variables);
    if (this.#conditionVariables.length === 0)
      return (this.#only ??= this.#compileShaper(EMPTY)).write(data, introspect, isPlain);
    const values = this.#conditionValues(variables);
    const key = Object.values(values).join();
    let shaper = this.#shapers.get(key);
    if (!shaper) {
      shaper = this.#compileShaper(values);
      if (this.#shapers.size >= MAX_SHAPES) this.#shapers.delete(this.#shapers.keys().next().value!);
      this.#shapers.set(key, shaper);
    }
    return shaper.write(data, introspect, isPlain);
  }

  /** The plan; for a subscription, with what runs for each event. */
  get plan(): CompiledPlan {
    return this.planned.passes[0]!.plan;
  }

  /** As Apollo's planner made them. */
  get queryPlans(): readonly QueryPlan[] {
    return this.planned.queryPlans;
  }

  /** All steps, of all passes. */
  get steps(): readonly Step[] {
    return this.planned.passes.flatMap(({ plan }) => plan.graph.steps);
  }

  /** What runs, one after the other, and whether all of it fills the same data. */
  passes(variables: JsonObject): { readonly graphs: readonly StepGraph[]; readonly isShared: boolean } {
    const { passes } = this.planned;
    if (passes[0]?.rootField === undefined)
      return (this.#allPasses ??= { graphs: passes.map(({ plan }) => plan.graph), isShared: false });
    // The order of root fields is that in which conditions let them in.
    const order = [...this.#rootFields(this.#conditionValues(variables))];
    const graphs = order.flatMap(
      (key) => passes.find(({ rootField }) => rootField === key)?.plan.graph ?? [],
    );
    return { graphs, isShared: true };
  }

  /** Gives errors their places in the answer. */
  locate(errors: readonly ResponseError[], data: JsonObject, variables: JsonObject): ResponseError[] {
    const context: PathContext = {
      schema: this.schema,
      fragments: this.#fragments,
      names: this.planned.names,
      selectionSet: this.node.selectionSet,
      data,
      conditions: this.#conditionValues(variables),
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
  #allPasses: ReturnType<Operation['passes']> | undefined;

  #conditionValues(variables: JsonObject): ConditionValues {
    if (this.#conditionVariables.length === 0) return EMPTY;
    // Without a prototype: a variable may be called `__proto__`.
    const values = Object.create(null) as Record<string, boolean>;
    for (const name of this.#conditionVariables) values[name] = variables[name] === true;
    return values;
  }

  /** The names of root fields in the answer, in their order. */
  #rootFields(conditions: ConditionValues): Set<string> {
    const keys = new Set<string>();
    const visitSet = (set: SelectionSetNode): void => {
      for (const selection of set.selections) {
        if (!isConditionMet(selection, conditions)) continue;
        if (selection.kind === Kind.FIELD) keys.add(selection.alias?.value ?? selection.name.value);
        else {
          const below =
            selection.kind === Kind.INLINE_FRAGMENT
              ? selection.selectionSet
              : this.#fragments.get(selection.name.value)?.selectionSet;
          if (below) visitSet(below);
        }
      }
    };
    visitSet(this.node.selectionSet);
    return keys;
  }

  #compileShaper(conditions: ConditionValues): Shaper {
    const root = this.schema.getRootType(this.node.operation);
    if (!root) throw new GraphQLError(`The schema has no ${this.node.operation} type.`);
    return new Shaper(
      this.schema,
      this.#fragments,
      conditions,
      this.planned.names,
      this.hidden,
      root,
      this.node.selectionSet,
    );
  }

  /** `__schema` and `__type` are answered here, out of the API schema, by graphql-js. */
  #introspect(nodes: readonly FieldNode[], variables: JsonObject): string {
    const known = this.#introspected.get(nodes);
    if (known !== undefined) return known;
    const fields = nodes.map((node) => ({ ...node, directives: [] }));
    const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: fields };
    const used = this.#variablesWithin(selectionSet);
    const { data } = executeSync({
      schema: this.schema,
      document: {
        kind: Kind.DOCUMENT,
        definitions: [
          {
            kind: Kind.OPERATION_DEFINITION,
            operation: OperationTypeNode.QUERY,
            variableDefinitions: (this.node.variableDefinitions ?? []).filter(({ variable }) =>
              used.has(variable.name.value),
            ),
            selectionSet,
          },
          ...this.#fragments.values(),
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
          const fragment = this.#fragments.get(name.value);
          if (!fragment || seen.has(name.value)) return;
          seen.add(name.value);
          for (const one of variablesOf(fragment)) used.add(one);
          follow(fragment.selectionSet);
        },
      });
    follow(set);
    return used;
  }

  #unresolvableFields(): { unresolvable: string[]; isAll: boolean } {
    /** By their names in the data, those in the answer. */
    const wanted = new Map<string, string>();
    if (this.kind !== 'query') return { unresolvable: [], isAll: false };
    let isAll = true;
    const visitSet = (set: SelectionSetNode): void => {
      for (const selection of set.selections) {
        // What a condition may leave out is not the planner's fault.
        if (selection.directives && selection.directives.length > 0) isAll = false;
        else if (selection.kind === Kind.FIELD) {
          if (selection.name.value.startsWith('__')) isAll = false;
          else
            wanted.set(this.planned.names.dataKey(selection), selection.alias?.value ?? selection.name.value);
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
    for (const step of this.steps)
      if (!step.isEntities) for (const key of step.texts.rootKeys()) if (wanted.delete(key)) isAll = false;
    return { unresolvable: [...wanted.values()], isAll };
  }
}

const EMPTY: Record<string, never> = Object.freeze({}) as Record<string, never>;

/** A constant's value, with numbers as they are written. */
function valueOf(node: ConstValueNode): unknown {
  switch (node.kind) {
    case Kind.INT:
    case Kind.FLOAT:
      return isExactNumber(node.value) ? new ExactNumber(node.value) : Number(node.value);
    case Kind.LIST:
      return node.values.map(valueOf);
    case Kind.OBJECT: {
      const object: JsonObject = {};
      for (const { name, value } of node.fields) setOwn(object, name.value, valueOf(value));
      return object;
    }
    default:
      return valueFromASTUntyped(node);
  }
}

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
