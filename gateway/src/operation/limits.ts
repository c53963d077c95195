import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** How much of each an operation may have, fragments counted wherever they are spread. */
export interface OperationLimits {
  /** Fields and fragments. A few fragments that each spread the next twice make a short text into millions. */
  readonly selections: number;
  readonly depth: number;
  readonly aliases: number;
  readonly rootFields: number;
  readonly directives: number;
}

/** Fragments within fragments cost planning its stack, not subgraphs their time: more of them are no harm. */
const FRAGMENTS_PER_LEVEL = 10;

interface Measure {
  selections: number;
  /** Selection sets within each other, those of fragments too, which `depth` does not count. */
  nesting: number;
  depth: number;
  aliases: number;
  fields: number;
  directives: number;
}

/**
 * Measures an operation before anything costlier looks at it. Introspection does not count towards depth: it is
 * allowed or not as a whole.
 * @returns one error for each limit exceeded
 */
export function checkLimits(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  limits: OperationLimits,
): GraphQLError[] {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const known = new Map<string, Measure>();
  const measureFragment = (name: string): Measure => {
    const before = known.get(name);
    if (before) return before;
    const measured: Measure = { selections: 0, nesting: 0, depth: 0, aliases: 0, fields: 0, directives: 0 };
    // In place before it is measured, so that a fragment that spreads itself ends here; validation refuses it.
    known.set(name, measured);
    const fragment = fragments.get(name);
    if (fragment) {
      Object.assign(measured, measure(fragment.selectionSet));
      measured.directives += fragment.directives?.length ?? 0;
    }
    return measured;
  };
  const measure = (set: SelectionSetNode): Measure => {
    const total: Measure = { selections: 0, nesting: 0, depth: 0, aliases: 0, fields: 0, directives: 0 };
    for (const selection of set.selections) {
      total.selections++;
      total.directives += selection.directives?.length ?? 0;
      if (selection.kind === Kind.FIELD) {
        total.fields++;
        if (selection.alias) total.aliases++;
        const below = selection.selectionSet && measure(selection.selectionSet);
        total.selections += below?.selections ?? 0;
        total.nesting = Math.max(total.nesting, 1 + (below?.nesting ?? 0));
        total.aliases += below?.aliases ?? 0;
        total.directives += below?.directives ?? 0;
        const isIntrospection = selection.name.value.startsWith('__');
        total.depth = Math.max(total.depth, isIntrospection ? 0 : 1 + (below?.depth ?? 0));
      } else {
        const below =
          selection.kind === Kind.INLINE_FRAGMENT
            ? measure(selection.selectionSet)
            : measureFragment(selection.name.value);
        total.selections += below.selections;
        total.nesting = Math.max(total.nesting, 1 + below.nesting);
        total.aliases += below.aliases;
        total.directives += below.directives;
        total.fields += below.fields;
        total.depth = Math.max(total.depth, below.depth);
      }
    }
    return total;
  };
  const { selections, nesting, depth, aliases, fields, directives } = measure(operation.selectionSet);
  const onOperation =
    (operation.directives?.length ?? 0) +
    (operation.variableDefinitions ?? []).reduce((sum, one) => sum + (one.directives?.length ?? 0), 0);
  const checks: [string, number, number][] = [
    ['fields and fragments', selections, limits.selections],
    ['levels deep', depth, limits.depth],
    ['levels deep, fragments counted', nesting, limits.depth * FRAGMENTS_PER_LEVEL],
    ['aliases', aliases, limits.aliases],
    ['root fields', fields, limits.rootFields],
    ['directives', directives + onOperation, limits.directives],
  ];
  return checks.flatMap(([what, found, limit]) =>
    found > limit
      ? [new GraphQLError(`The operation has ${readable(found)} ${what}; ${limit} are allowed.`)]
      : [],
  );
}

function readable(count: number): string {
  return count > 1_000_000 ? 'over a million' : String(count);
}
