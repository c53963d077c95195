import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { withoutUnusedVariables } from './document.js';

/**
 * Fields whose requirements contradict each other (`price` in one currency and in another) cannot be in one plan: the
 * planner asks for one price. They are planned apart.
 * @param conflicts `Type.field` → those that it cannot be planned with
 * @returns the documents to plan; nearly always the given one alone
 */
export function separateConflicts(
  document: DocumentNode,
  schema: GraphQLSchema,
  conflicts: ReadonlyMap<string, ReadonlySet<string>>,
): DocumentNode[] {
  if (conflicts.size === 0) return [document];
  const passOf = assignPasses(document, schema, conflicts);
  const passes = 1 + Math.max(0, ...passOf.values());
  if (passes === 1) return [document];
  return Array.from({ length: passes }, (_, pass) => onlyPass(document, schema, passOf, pass));
}

function assignPasses(
  document: DocumentNode,
  schema: GraphQLSchema,
  conflicts: ReadonlyMap<string, ReadonlySet<string>>,
): Map<string, number> {
  const passOf = new Map<string, number>();
  const info = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(info, {
      Field(node) {
        const key = `${info.getParentType()?.name}.${node.name.value}`;
        const against = conflicts.get(key);
        if (!against || passOf.has(key)) return;
        const taken = new Set([...against].map((other) => passOf.get(other)));
        let pass = 0;
        while (taken.has(pass)) pass++;
        passOf.set(key, pass);
      },
    }),
  );
  return passOf;
}

/** The first pass holds everything but the fields of the others; the others hold only the way to theirs. */
function onlyPass(
  document: DocumentNode,
  schema: GraphQLSchema,
  passOf: ReadonlyMap<string, number>,
  pass: number,
): DocumentNode {
  const info = new TypeInfo(schema);
  const pruned = visit(
    document,
    visitWithTypeInfo(info, {
      Field: {
        enter(node) {
          const own = passOf.get(`${info.getParentType()?.name}.${node.name.value}`);
          if (own !== undefined) return own === pass ? false : null;
          return pass > 0 && !node.selectionSet ? null : undefined;
        },
        leave: (node) => (node.selectionSet?.selections.length === 0 ? null : undefined),
      },
      InlineFragment: { leave: (node) => (node.selectionSet.selections.length === 0 ? null : undefined) },
      // A fragment left empty still has to be a fragment.
      FragmentDefinition: {
        leave: (node) =>
          node.selectionSet.selections.length === 0 ? { ...node, selectionSet: TYPENAME_ONLY } : undefined,
      },
    }),
  );
  return withoutUnusedVariables(pruned);
}

export const TYPENAME_ONLY: SelectionSetNode = {
  kind: Kind.SELECTION_SET,
  selections: [{ kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }],
};
