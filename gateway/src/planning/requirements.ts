import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  parse,
  print,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { dataKey } from '../execution/client-fields.js';

/**
 * Apollo's planner asks for what @requires needs by plain field names, without looking at arguments. So a client's own
 * `comments(limit: 1)` and a required `comments(limit: 3)` become one field, and two requirements of `price` in two
 * currencies become one price. Here is what keeps them apart: the client's fields get another name on the way to the
 * planner, and fields whose requirements contradict each other are planned in passes of their own.
 */
export interface Requirements {
  /** Names of fields that some @requires asks for with arguments. */
  readonly names: ReadonlySet<string>;
  /** `Type.field` → those whose requirements contradict it. */
  readonly conflicts: ReadonlyMap<string, ReadonlySet<string>>;
}

export function readRequirements(supergraph: DocumentNode): Requirements {
  const names = new Set<string>();
  const required = new Map<string, Map<string, string>[]>();
  for (const type of supergraph.definitions) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    for (const field of type.fields ?? []) {
      for (const directive of field.directives ?? []) {
        const requires = directive.arguments?.find(({ name }) => name.value === 'requires')?.value;
        if (
          directive.name.value !== 'join__field' ||
          requires?.kind !== Kind.STRING ||
          !requires.value.includes('(')
        )
          continue;
        const fields = new Map<string, string>();
        collectArguments(parseFieldSet(requires.value), '', fields);
        for (const path of fields.keys()) names.add(path.slice(path.lastIndexOf('.') + 1));
        const key = `${type.name.value}.${field.name.value}`;
        required.set(key, [...(required.get(key) ?? []), fields]);
      }
    }
  }
  const conflicts = new Map<string, Set<string>>();
  for (const [one, sets] of required) {
    for (const [other, others] of required) {
      if (one === other || one.split('.')[0] !== other.split('.')[0]) continue;
      if (sets.some((set) => others.some((with_) => contradicts(set, with_))))
        conflicts.set(one, (conflicts.get(one) ?? new Set()).add(other));
    }
  }
  return { names, conflicts };
}

/** The documents to plan, one after the other; nearly always the given one alone. */
export function planningDocuments(
  document: DocumentNode,
  schema: GraphQLSchema,
  { names, conflicts }: Requirements,
): DocumentNode[] {
  if (names.size === 0) return [document];
  const renamed = visit(document, {
    Field(node) {
      const key = node.alias?.value ?? node.name.value;
      return names.has(key) ? { ...node, alias: { kind: Kind.NAME, value: dataKey(key, names) } } : undefined;
    },
  });
  const passOf = assignPasses(renamed, schema, conflicts);
  const passes = 1 + Math.max(0, ...passOf.values());
  if (passes === 1) return [renamed];
  return Array.from({ length: passes }, (_, pass) => onlyPass(renamed, schema, passOf, pass));
}

function assignPasses(
  document: DocumentNode,
  schema: GraphQLSchema,
  conflicts: Requirements['conflicts'],
): Map<string, number> {
  const passOf = new Map<string, number>();
  if (conflicts.size === 0) return passOf;
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

/** The variables that an operation uses, not those it only defines. */
export function variablesOf(document: DocumentNode): Set<string> {
  const used = new Set<string>();
  visit(document, { VariableDefinition: () => false, Variable: (node) => void used.add(node.name.value) });
  return used;
}

export function withoutUnusedVariables(document: DocumentNode): DocumentNode {
  const used = variablesOf(document);
  return visit(document, {
    VariableDefinition: (node) => (used.has(node.variable.name.value) ? undefined : null),
  });
}

const TYPENAME_ONLY: SelectionSetNode = {
  kind: Kind.SELECTION_SET,
  selections: [{ kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }],
};

function parseFieldSet(text: string): SelectionSetNode {
  const operation = parse(`{ ${text} }`, { noLocation: true }).definitions[0]!;
  return operation.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet : TYPENAME_ONLY;
}

function collectArguments(set: SelectionSetNode, path: string, found: Map<string, string>): void {
  for (const selection of set.selections) {
    if (selection.kind === Kind.INLINE_FRAGMENT) collectArguments(selection.selectionSet, path, found);
    if (selection.kind !== Kind.FIELD) continue;
    const at = path === '' ? selection.name.value : `${path}.${selection.name.value}`;
    if (selection.arguments && selection.arguments.length > 0) found.set(at, printArguments(selection));
    if (selection.selectionSet) collectArguments(selection.selectionSet, at, found);
  }
}

function printArguments({ arguments: given = [] }: FieldNode): string {
  return given
    .map((argument) => print(argument))
    .sort()
    .join();
}

function contradicts(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  for (const [path, text] of one) if (other.has(path) && other.get(path) !== text) return true;
  return false;
}

/**
 * The supergraph with each type's keys in another order: those a subgraph resolves entities by come first. Going back
 * to a subgraph after a @requires, the planner takes the first key it can fill, even one marked `resolvable: false`.
 */
export function resolvableKeysFirst(supergraph: DocumentNode): DocumentNode {
  return {
    ...supergraph,
    definitions: supergraph.definitions.map((definition) => {
      if (!('directives' in definition) || definition.directives === undefined) return definition;
      const isLast = (directive: (typeof definition.directives)[number]): boolean =>
        directive.name.value === 'join__type' &&
        directive.arguments?.some(
          ({ name, value }) => name.value === 'resolvable' && value.kind === Kind.BOOLEAN && !value.value,
        ) === true;
      const last = definition.directives.filter(isLast);
      if (last.length === 0) return definition;
      return {
        ...definition,
        directives: [...definition.directives.filter((directive) => !isLast(directive)), ...last],
      } as typeof definition;
    }),
  };
}
