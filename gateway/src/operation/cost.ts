import {
  type ArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import { getOwn, isObject, type JsonObject } from '../json/json.js';

interface ListSize {
  readonly assumed: number | undefined;
  readonly slicing: readonly string[];
  readonly sized: readonly string[];
}

/** Weights and list sizes as the supergraph's @cost and @listSize give them. */
export interface CostTable {
  readonly weights: ReadonlyMap<string, number>;
  readonly lists: ReadonlyMap<string, ListSize>;
}

/** Arguments that tell a list's length where no @listSize says so. */
const USUAL_SLICING = ['first', 'last', 'limit'];
/** Fields that hold a connection's items. */
const USUAL_SIZED = ['edges', 'nodes'];
const MUTATION_COST = 10;

/**
 * Reads `@cost(weight:)` on fields, arguments and types, and `@listSize` on fields.
 * @see https://ibm.github.io/graphql-specs/cost-spec.html
 */
export function readCosts(supergraph: DocumentNode): CostTable {
  const weights = new Map<string, number>();
  const lists = new Map<string, ListSize>();
  const note = (key: string, directives: readonly ConstDirectiveNode[] | undefined): void => {
    for (const { name, arguments: given = [] } of directives ?? []) {
      const values: JsonObject = Object.fromEntries(
        given.map((argument) => [argument.name.value, valueFromASTUntyped(argument.value)]),
      );
      if (/^(federation__)?cost$/.test(name.value)) weights.set(key, Number(values['weight']));
      if (/^(federation__)?listSize$/.test(name.value)) {
        lists.set(key, {
          assumed: typeof values['assumedSize'] === 'number' ? values['assumedSize'] : undefined,
          slicing: (values['slicingArguments'] as string[] | undefined) ?? [],
          sized: (values['sizedFields'] as string[] | undefined) ?? [],
        });
      }
    }
  };
  for (const definition of supergraph.definitions) {
    if (!('name' in definition) || !definition.name) continue;
    if ('directives' in definition)
      note(definition.name.value, definition.directives as readonly ConstDirectiveNode[]);
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION)
      continue;
    for (const field of definition.fields ?? []) {
      const key = `${definition.name.value}.${field.name.value}`;
      note(key, field.directives);
      for (const argument of field.arguments ?? [])
        note(`${key}(${argument.name.value})`, argument.directives);
    }
  }
  return { weights, lists };
}

/** What an operation costs, for given variables. */
export type Estimate = (variables: JsonObject) => number;

interface Compiler {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly table: CostTable;
  /** For lists that nothing tells the length of. */
  readonly listSize: number;
}

/** Compiles the static estimate: every object 1 or its @cost, times the lengths of the lists around it. */
export function compileEstimate(operation: OperationDefinitionNode, compiler: Compiler): Estimate {
  const root = compiler.schema.getRootType(operation.operation);
  if (!root) return () => 0;
  const cost = selectionCost(root, operation.selectionSet, compiler, () => undefined);
  const base = operation.operation === 'mutation' ? MUTATION_COST : 0;
  return (variables) => Math.round(base + cost(variables));
}

/** @param sizeOf the length of the list a field of this selection gives, where the field above tells it */
function selectionCost(
  type: GraphQLCompositeType,
  set: SelectionSetNode,
  compiler: Compiler,
  sizeOf: (field: string) => Estimate | undefined,
): Estimate {
  const always: Estimate[] = [];
  const byType = new Map<string, Estimate[]>();
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      always.push(fieldCost(type, selection, compiler, sizeOf(selection.name.value)));
      continue;
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : compiler.fragments.get(selection.name.value);
    if (!fragment) continue;
    const condition = fragment.typeCondition
      ? compiler.schema.getType(fragment.typeCondition.name.value)
      : type;
    if (!isCompositeType(condition)) continue;
    const cost = selectionCost(condition, fragment.selectionSet, compiler, sizeOf);
    // An object is of one type only: of fragments on different ones, the dearest counts.
    if (isAbstractType(type) && isObjectType(condition))
      byType.set(condition.name, [...(byType.get(condition.name) ?? []), cost]);
    else always.push(cost);
  }
  const alternatives = [...byType.values()];
  return (variables) => {
    let total = 0;
    for (const cost of always) total += cost(variables);
    let dearest = 0;
    for (const costs of alternatives)
      dearest = Math.max(
        dearest,
        costs.reduce((sum, cost) => sum + cost(variables), 0),
      );
    return total + dearest;
  };
}

function fieldCost(
  parent: GraphQLCompositeType,
  node: FieldNode,
  compiler: Compiler,
  sizeFromAbove: Estimate | undefined,
): Estimate {
  const definition = 'getFields' in parent ? parent.getFields()[node.name.value] : undefined;
  if (!definition) return () => 0;
  const { table } = compiler;
  const key = `${parent.name}.${node.name.value}`;
  const type = getNamedType(definition.type);
  const own = table.weights.get(key) ?? table.weights.get(type.name) ?? (isCompositeType(type) ? 1 : 0);
  const forArguments = (node.arguments ?? []).reduce(
    (sum, { name }) => sum + (table.weights.get(`${key}(${name.value})`) ?? 0),
    0,
  );
  const list = table.lists.get(key);
  const slicing = list?.slicing.length ? list.slicing : USUAL_SLICING;
  const length = sliceLength(
    slicing.filter((name) => definition.args.some((argument) => argument.name === name)),
    node.arguments ?? [],
    (name) => definition.args.find((argument) => argument.name === name)?.defaultValue,
  );
  const isList = hasList(definition.type);
  const fallback: Estimate = () => list?.assumed ?? compiler.listSize;
  const sliced = length && ((variables: JsonObject) => length(variables) ?? fallback(variables));
  const size: Estimate | undefined = isList ? (sliced ?? sizeFromAbove ?? fallback) : undefined;
  const sized = list?.sized.length ? list.sized : USUAL_SIZED;
  const below =
    !isList && (sliced || list?.assumed !== undefined)
      ? (name: string) => (sized.includes(name) ? (sliced ?? fallback) : undefined)
      : () => undefined;
  const inner =
    node.selectionSet && isCompositeType(type)
      ? selectionCost(type, node.selectionSet, compiler, below)
      : undefined;
  return (variables) => forArguments + (size ? size(variables) : 1) * (own + (inner ? inner(variables) : 0));
}

function hasList(type: GraphQLOutputType): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}

/**
 * The length that slicing arguments ask for, the largest where there are several. It says undefined where none is given a
 * number that is one: then the subgraph decides, and the list counts as one that nothing tells the length of.
 */
function sliceLength(
  names: readonly string[],
  given: readonly ArgumentNode[],
  defaultOf: (name: string) => unknown,
): ((variables: JsonObject) => number | undefined) | undefined {
  const reads = names.flatMap((name) => {
    const value = given.find((argument) => argument.name.value === name)?.value;
    const byDefault = defaultOf(name);
    if (value === undefined) return byDefault === undefined ? [] : [() => byDefault];
    if (value.kind !== Kind.VARIABLE) return [() => valueFromASTUntyped(value)];
    return [
      (variables: JsonObject) => {
        const passed = getOwn(variables, value.name.value);
        return passed === undefined ? byDefault : passed;
      },
    ];
  });
  if (reads.length === 0) return undefined;
  return (variables) => {
    let largest: number | undefined;
    for (const read of reads) {
      const value = read(variables);
      if (typeof value === 'number' && value >= 0) largest = Math.max(largest ?? 0, value);
    }
    return largest;
  };
}

/** What an answer really cost: every object in it 1 or its type's or field's @cost. For who asks; not for every request. */
export function actualCost(
  data: unknown,
  operation: OperationDefinitionNode,
  compiler: Omit<Compiler, 'listSize'>,
): number {
  const root = compiler.schema.getRootType(operation.operation);
  const base = operation.operation === 'mutation' ? MUTATION_COST : 0;
  return root && isObject(data) ? base + objectCost(root, data, [operation.selectionSet], compiler) : base;
}

function objectCost(
  type: GraphQLCompositeType,
  object: JsonObject,
  sets: readonly SelectionSetNode[],
  compiler: Omit<Compiler, 'listSize'>,
): number {
  let total = 0;
  for (const set of sets) {
    for (const selection of set.selections) {
      if (selection.kind !== Kind.FIELD) {
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : compiler.fragments.get(selection.name.value);
        const condition = fragment?.typeCondition
          ? compiler.schema.getType(fragment.typeCondition.name.value)
          : type;
        if (fragment && isCompositeType(condition))
          total += objectCost(condition, object, [fragment.selectionSet], compiler);
        continue;
      }
      const value = getOwn(object, selection.alias?.value ?? selection.name.value);
      const definition = 'getFields' in type ? type.getFields()[selection.name.value] : undefined;
      if (value == null || !definition) continue;
      const named = getNamedType(definition.type);
      const own =
        compiler.table.weights.get(`${type.name}.${selection.name.value}`) ??
        compiler.table.weights.get(named.name) ??
        (isCompositeType(named) ? 1 : 0);
      for (const item of Array.isArray(value) ? value.flat(8) : [value]) {
        if (item === null) continue;
        total += own;
        if (selection.selectionSet && isObject(item) && isCompositeType(named))
          total += objectCost(named, item, [selection.selectionSet], compiler);
      }
    }
  }
  return total;
}
