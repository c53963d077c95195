import type { QueryPlan } from '@apollo/query-planner';
import type { GraphQLError } from 'graphql';
import {
  type ConstValueNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  parse,
  getVariableValues,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import { type ConditionValues, isConditionMet } from './conditions.js';
import type { Hidden } from './hidden.js';
import { ExactNumber, isExactNumber, toDoubles } from '../json/exact-number.js';
import { type JsonObject, setOwn } from '../json/json.js';
import { actualCost, compileEstimate, type CostTable, type Estimate } from './cost.js';
import { sha256 } from './hash.js';
import { findOperation } from './document.js';
import type { CompiledPlan, Step, StepGraph } from './plan.js';
import type { PlannedOperation } from './planned.js';
import type { FieldNames } from './field-names.js';

export const unresolvableMessage = (key: string) =>
  `No subgraph can resolve the field "${key}" with this selection.`;

/** All that can be known of an operation before its variables: parsed, validated, planned. */
export class Operation {
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly name: string | undefined;
  /** Whether its answer may hang on variables. */
  readonly takesVariables: boolean;
  /** How often it has run since it was prepared. */
  uses = 0;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #conditionVariables: readonly string[];
  readonly #defaults: JsonObject;
  /** What the operation may cost at most, for given variables. */
  readonly estimate: Estimate;
  /** Root fields that no fetch of the plan asks for: no subgraph can give them. Apollo answers them with a bare null. */
  readonly unresolvable: readonly string[];
  /** Whether that is all the operation asks for. */
  readonly isUnresolvable: boolean;

  constructor(
    readonly text: string,
    /** As the client gave it; a document with one operation needs none. */
    readonly requestedName: string | null | undefined,
    document: DocumentNode,
    readonly node: OperationDefinitionNode,
    readonly schema: GraphQLSchema,
    readonly hidden: Hidden,
    private readonly planned: PlannedOperation,
    private readonly costs: { readonly table: CostTable; readonly listSize: number },
  ) {
    this.kind = node.operation;
    this.name = node.name?.value;
    this.takesVariables = (node.variableDefinitions?.length ?? 0) > 0;
    this.fragments = new Map(
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
    this.estimate = compileEstimate(node, { schema, fragments: this.fragments, ...costs });
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

  /** The plan; for a subscription, with what runs for each event. */
  get plan(): CompiledPlan {
    return this.planned.passes[0]!.plan;
  }

  /** What fields are called in the data that subgraphs give. */
  get names(): FieldNames {
    return this.planned.names;
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
    const order = [...this.#rootFields(this.conditionValues(variables))];
    const graphs = order.flatMap(
      (key) => passes.find(({ rootField }) => rootField === key)?.plan.graph ?? [],
    );
    return { graphs, isShared: true };
  }

  /** The beginning of the text's SHA-256, to find the same operation in logs. */
  get hash(): string {
    return (this.#hash ??= sha256(this.text).slice(0, 16));
  }

  /** What an answer's `data` did cost. */
  actualCost(data: unknown): number {
    return actualCost(data, this.node, {
      schema: this.schema,
      fragments: this.fragments,
      table: this.costs.table,
    });
  }

  #hash: string | undefined;
  #allPasses: ReturnType<Operation['passes']> | undefined;

  /** Whether variables decide which fields the answer has. */
  get hasConditions(): boolean {
    return this.#conditionVariables.length > 0;
  }

  /** The values of the variables that @skip and @include go by. */
  conditionValues(variables: JsonObject): ConditionValues {
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
              : this.fragments.get(selection.name.value)?.selectionSet;
          if (below) visitSet(below);
        }
      }
    };
    visitSet(this.node.selectionSet);
    return keys;
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
              : this.fragments.get(selection.name.value)?.selectionSet;
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
