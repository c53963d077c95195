import type { QueryPlan } from '@apollo/query-planner';
import {
  type DefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  OperationTypeNode,
  type SelectionNode,
  visit,
} from 'graphql';
import { isConditionMet } from './conditions.js';
import { isIntrospection } from './introspection.js';
import { separateConflicts, TYPENAME_ONLY } from './conflicts.js';
import { withoutUnusedVariables } from './document.js';
import { type FieldNames, usesNamesTwice } from './field-names.js';
import { hoistLiterals, mapFetches } from './literals.js';
import { moveFields } from './moved-fields.js';
import type { CompiledPlan } from './plan.js';
import type { Requirements } from './requirements.js';
import { rootFieldDocuments } from './root-fields.js';

/**
 * An operation's plans, made from what the planner cannot misunderstand, and what leads back to the client's words.
 * Plain data: it comes from threads.
 */
export interface Plans {
  /** Several for fields whose requirements contradict each other, or for a mutation's root fields. */
  readonly queryPlans: readonly QueryPlan[];
  /** For each plan of a mutation's root field, that field's name in the answer; otherwise none. */
  readonly rootFields: readonly string[];
  /** Names of fields that were moved out of their fragments, if any were. */
  readonly moved: ReadonlySet<string> | undefined;
  /** Variables with another name in the plans: by that name, the client's. */
  readonly variables: ReadonlyMap<string, string>;
}

/** The plans, compiled. */
export interface PlannedOperation {
  /** As Apollo's planner made them, where they may be shown. */
  readonly queryPlans: readonly QueryPlan[];
  readonly passes: readonly Pass[];
  readonly names: FieldNames;
  readonly variables: Plans['variables'];
}

/** A plan that runs after the one before. */
export interface Pass {
  /** The mutation's root field, by its name in the answer, that it is for; undefined where it is not for one alone. */
  readonly rootField: string | undefined;
  readonly plan: CompiledPlan;
}

/**
 * @param document of one operation only, as the client has it
 * @param build Apollo's planner
 * @throws what the planner throws
 */
export function planOperation(
  document: DocumentNode,
  kind: OperationTypeNode,
  api: GraphQLSchema,
  requirements: Requirements,
  build: (document: DocumentNode) => QueryPlan,
): Plans {
  const decided = withoutConstantConditions(document);
  const moved = moveFields(decided, api, requirements.ofInterfaceObjects);
  const original = moved?.document ?? decided;
  const names = namesFor(original, moved?.fields ?? [], requirements);
  const { variables } = renameVariables(original);
  const plan = (one: DocumentNode): QueryPlan => {
    const { document: hoisted, restore } = hoistLiterals(
      renameVariables(canonical(one, names)).document,
      api,
    );
    return restore(build(hoisted));
  };
  const separate = separateConflicts(original, api, requirements.conflicts);
  if (separate.length > 1 && kind !== OperationTypeNode.QUERY) {
    throw new GraphQLError(
      `This ${kind} asks for fields whose @requires contradict each other; ask for them in operations of their own.`,
    );
  }
  const common = { moved: names.moved, variables };
  const queryPlans = separate.map(plan);
  if (kind === OperationTypeNode.MUTATION && hasJoins(queryPlans[0]!)) {
    // The planner lets joins of one root field run beside the next, which may change what they read.
    const byRootField = rootFieldDocuments(original);
    if (byRootField.size > 1)
      return {
        ...common,
        queryPlans: [...byRootField.values()].map(plan),
        rootFields: [...byRootField.keys()],
      };
  }
  return { ...common, queryPlans, rootFields: [] };
}

function namesFor(
  document: DocumentNode,
  moved: readonly FieldNode[],
  { names, ofInterfaceObjects }: Requirements,
): FieldNames {
  if (moved.length > 0) return names.withMoved(moved);
  return ofInterfaceObjects.size > 0 && usesNamesTwice(document) ? names.withMovedNames(new Set()) : names;
}

/**
 * The document without what @skip and @include leave out whatever the variables are. The planner fails on what is left
 * of some fragments when it takes that out itself.
 */
function withoutConstantConditions(document: DocumentNode): DocumentNode {
  const isConstant = ({ name, arguments: given }: DirectiveNode): boolean =>
    (name.value === 'skip' || name.value === 'include') && given?.[0]?.value.kind === Kind.BOOLEAN;
  const decide = <Selection extends SelectionNode>(node: Selection): Selection | null | undefined => {
    if (!node.directives?.some(isConstant)) return undefined;
    const directives = node.directives.filter((one) => !isConstant(one));
    return isConditionMet({ ...node, directives: node.directives.filter(isConstant) }, {})
      ? { ...node, directives }
      : null;
  };
  return visit(document, {
    Field: decide,
    InlineFragment: decide,
    FragmentSpread: decide,
    SelectionSet: { leave: (set) => (set.selections.length === 0 ? TYPENAME_ONLY : undefined) },
  });
}

/** The document with the names that the planner is to see. It is not told of introspection, which asks no subgraph. */
function canonical(document: DocumentNode, names: FieldNames): DocumentNode {
  const named = visit(document, {
    Field(node): FieldNode | undefined {
      if (node.name.value === '__typename' || isIntrospection(node)) {
        const { alias: _alias, selectionSet: _set, arguments: _arguments, ...bare } = node;
        return { ...bare, name: { kind: Kind.NAME, value: '__typename' } };
      }
      const key = names.dataKey(node);
      if (key === (node.alias?.value ?? node.name.value)) return undefined;
      if (key === node.name.value) {
        const { alias: _, ...unaliased } = node;
        return unaliased;
      }
      return { ...node, alias: { kind: Kind.NAME, value: key } };
    },
  });
  return withoutUnusedVariables(withoutUnusedFragments(named));
}

/** Those of introspection are none that the planner's schema knows. */
function withoutUnusedFragments(document: DocumentNode): DocumentNode {
  const used = new Set<string>();
  const follow = (node: DefinitionNode): void =>
    void visit(node, {
      FragmentSpread: ({ name }) => {
        if (used.has(name.value)) return;
        used.add(name.value);
        for (const one of document.definitions)
          if (one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === name.value) follow(one);
      },
    });
  for (const one of document.definitions) if (one.kind === Kind.OPERATION_DEFINITION) follow(one);
  const definitions = document.definitions.filter(
    (one) => one.kind !== Kind.FRAGMENT_DEFINITION || used.has(one.name.value),
  );
  return { ...document, definitions };
}

/** Names of variables that requests of ours use. */
const TAKEN = /^(representations|_after|_literal_|_client_)/;

function renameVariables(document: DocumentNode): {
  document: DocumentNode;
  variables: ReadonlyMap<string, string>;
} {
  const variables = new Map<string, string>();
  const renamed = visit(document, {
    Variable(node) {
      if (!TAKEN.test(node.name.value)) return undefined;
      const value = `_client_${node.name.value}`;
      variables.set(value, node.name.value);
      return { ...node, name: { kind: Kind.NAME, value } };
    },
  });
  return { document: variables.size > 0 ? renamed : document, variables };
}

function hasJoins(plan: QueryPlan): boolean {
  let isFound = false;
  mapFetches(plan, (fetch) => {
    if (fetch.requires) isFound = true;
    return fetch;
  });
  return isFound;
}
