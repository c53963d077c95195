import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  parseType,
  print,
  stripIgnoredCharacters,
  TypeInfo,
  type ValueNode,
  type VariableDefinitionNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { variablesOf } from './document.js';

/** An operation for the planner, and how to turn the planner's answer into one for the operation as the client wrote it. */
export interface Hoisted {
  readonly document: DocumentNode;
  restore(plan: QueryPlan): QueryPlan;
}

/**
 * Gives the planner variables instead of literals and of default values. The planner turns literals into JavaScript
 * values and walks through them for each selection, which takes exponential time for nested ones, and loses the
 * digits of 1.50 and of numbers beyond 2^53. Fetches get the client's own text back.
 *
 * `@skip` and `@include` keep their literals: the planner decides by them.
 * @param document one valid operation with its fragments
 */
export function hoistLiterals(document: DocumentNode, schema: GraphQLSchema): Hoisted {
  const operation = document.definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  )!;
  const given = new Map(
    (operation.variableDefinitions ?? []).map((node) => [node.variable.name.value, node]),
  );
  const prefix = unusedPrefix([...given.keys()]);
  const literals = new Map<string, { readonly value: ValueNode; readonly type: string }>();
  const nameByText = new Map<string, string>();
  const info = new TypeInfo(schema);
  const hoisted = visit(
    document,
    visitWithTypeInfo(info, {
      VariableDefinition: () => false,
      Directive: ({ name }) => (name.value === 'skip' || name.value === 'include' ? false : undefined),
      Argument(node) {
        const type = info.getInputType();
        if (!type || node.value.kind === Kind.VARIABLE) return false;
        // The order of an input object's fields does not make another value: fields that may be merged stay equal.
        const text = `${String(type)}:${print(sorted(node.value))}`;
        let name = nameByText.get(text);
        if (name === undefined) {
          name = `${prefix}${literals.size}`;
          nameByText.set(text, name);
          literals.set(name, { value: node.value, type: String(type) });
        }
        return { ...node, value: variable(name) };
      },
    }),
  );
  const hasDefaults = [...given.values()].some(({ defaultValue }) => defaultValue !== undefined);
  if (literals.size === 0 && !hasDefaults) return { document, restore: (plan) => plan };
  const definitions = [
    ...[...given.values()].map(withoutDefault),
    ...[...literals].map(([name, { type }]): VariableDefinitionNode => ({
      kind: Kind.VARIABLE_DEFINITION,
      variable: variable(name),
      type: parseType(type, { noLocation: true }),
    })),
  ];
  return {
    document: {
      ...hoisted,
      definitions: hoisted.definitions.map((node) =>
        node.kind === Kind.OPERATION_DEFINITION ? { ...node, variableDefinitions: definitions } : node,
      ),
    },
    restore: (plan) => mapFetches(plan, (fetch) => restoreFetch(fetch, literals, given)),
  };
}

function restoreFetch(
  fetch: FetchNode,
  literals: ReadonlyMap<string, { readonly value: ValueNode }>,
  given: ReadonlyMap<string, VariableDefinitionNode>,
): FetchNode {
  const usages = fetch.variableUsages ?? [];
  if (!usages.some((name) => literals.has(name) || given.get(name)?.defaultValue)) return fetch;
  const written = visit(parse(fetch.operation, { noLocation: true }), {
    VariableDefinition: () => false,
    Variable: ({ name }) => literals.get(name.value)?.value,
  });
  const used = variablesOf(written);
  const operation = visit(written, {
    OperationDefinition: (node) => ({
      ...node,
      variableDefinitions: [
        // Those that the planner adds, for representations.
        ...(node.variableDefinitions ?? []).filter(({ variable: { name } }) => {
          return !literals.has(name.value) && !given.has(name.value);
        }),
        ...[...used].flatMap((name) => given.get(name) ?? []),
      ],
    }),
  });
  return {
    ...fetch,
    operation: stripIgnoredCharacters(print(operation)),
    variableUsages: [...used].filter((name) => given.has(name)),
  };
}

/** The plan with each of its fetches changed. */
export function mapFetches(plan: QueryPlan, change: (fetch: FetchNode) => FetchNode): QueryPlan {
  const walk = (node: PlanNode): PlanNode => {
    switch (node.kind) {
      case 'Fetch':
        return change(node);
      case 'Flatten':
        return { ...node, node: walk(node.node) };
      case 'Sequence':
      case 'Parallel':
        return { ...node, nodes: node.nodes.map(walk) };
      case 'Condition':
        return {
          ...node,
          ...(node.ifClause && { ifClause: walk(node.ifClause) }),
          ...(node.elseClause && { elseClause: walk(node.elseClause) }),
        };
      case 'Defer':
        return node;
    }
  };
  const { node } = plan;
  if (!node) return plan;
  if (node.kind !== 'Subscription') return { ...plan, node: walk(node) };
  return {
    ...plan,
    node: { ...node, primary: change(node.primary), ...(node.rest && { rest: walk(node.rest) }) },
  };
}

/** A variable with a default is never null where the default is not, and may stand where a value is needed. */
function withoutDefault(node: VariableDefinitionNode): VariableDefinitionNode {
  const { defaultValue, ...definition } = node;
  if (!defaultValue || defaultValue.kind === Kind.NULL || node.type.kind === Kind.NON_NULL_TYPE)
    return definition;
  return { ...definition, type: { kind: Kind.NON_NULL_TYPE, type: node.type } };
}

function sorted(value: ValueNode): ValueNode {
  if (value.kind === Kind.LIST) return { ...value, values: value.values.map(sorted) };
  if (value.kind !== Kind.OBJECT) return value;
  const fields = value.fields.map((field) => ({ ...field, value: sorted(field.value) }));
  return { ...value, fields: fields.sort((a, b) => (a.name.value < b.name.value ? -1 : 1)) };
}

function unusedPrefix(names: readonly string[]): string {
  let prefix = 'literal_';
  while (names.some((name) => name.startsWith(prefix))) prefix = `_${prefix}`;
  return prefix;
}

const variable = (name: string) => ({ kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } }) as const;
