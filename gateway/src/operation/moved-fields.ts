import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  type GraphQLSchema,
  type InlineFragmentNode,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** A selection set around the one that is being looked at, and what has been moved into it. */
interface Level {
  readonly type: string;
  readonly moved: SelectionNode[];
  /** Directives of the fragments between it and here. */
  readonly directives: readonly DirectiveNode[];
  /** Whether a fragment between it and here is for another type or under a condition. */
  readonly isNarrowed: boolean;
}

export interface Moved {
  readonly document: DocumentNode;
  /** The fields that were moved, as the planner is to ask for them. */
  readonly fields: readonly FieldNode[];
}

/**
 * Moves fields that an @interfaceObject resolves out of required fields from `... on Book { }` to the interface
 * around it. In the fragment the planner's search for a way to them never ends (it fails with "Invalid array length"
 * after seconds, or leaves the key out of representations). Objects of other types are asked for them too; the answer
 * leaves that out. `__typename` moves too: in a fragment with a condition, the planner fails on it.
 * @returns undefined where nothing has to be moved
 */
export function moveFields(
  document: DocumentNode,
  schema: GraphQLSchema,
  fieldsByInterface: ReadonlyMap<string, ReadonlySet<string>>,
): Moved | undefined {
  if (fieldsByInterface.size === 0) return undefined;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of document.definitions)
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  const operation = document.definitions.find(
    (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
  )!;
  const fields: FieldNode[] = [];
  let isChanged = false;

  const inlined = (selection: SelectionNode): FieldNode | InlineFragmentNode => {
    if (selection.kind !== Kind.FRAGMENT_SPREAD) return selection;
    const { typeCondition, selectionSet } = fragments.get(selection.name.value)!;
    return {
      kind: Kind.INLINE_FRAGMENT,
      typeCondition,
      selectionSet,
      ...(selection.directives && { directives: selection.directives }),
    };
  };
  const inSet = (set: SelectionSetNode, type: string, levels: readonly Level[]): SelectionSetNode => {
    const own: Level = { type, moved: [], directives: [], isNarrowed: false };
    const selections: SelectionNode[] = [];
    for (const one of set.selections) {
      const selection = inlined(one);
      if (selection.kind === Kind.FIELD) {
        const field = withSelections(selection, (below) => inSet(below, typeOf(schema, type, selection), []));
        const around = levels.find((level) => level.isNarrowed && fieldsByInterface.has(level.type));
        if (around && field.name.value === '__typename') {
          around.moved.push(TYPENAME);
          isChanged = true;
          continue;
        }
        const target = levels.find(
          (level) => level.isNarrowed && fieldsByInterface.get(level.type)?.has(field.name.value),
        );
        if (!target) selections.push(field);
        else {
          fields.push(field);
          target.moved.push(withDirectives(field, target.directives));
        }
        continue;
      }
      const condition = selection.typeCondition?.name.value ?? type;
      const around = [...levels, own].map((level) => ({
        ...level,
        directives: [...level.directives, ...(selection.directives ?? [])],
        isNarrowed: level.isNarrowed || condition !== level.type || (selection.directives?.length ?? 0) > 0,
      }));
      const selectionSet = inSet(selection.selectionSet, condition, around);
      // Which objects it is for, the answer has to know all the same.
      if (selectionSet.selections.length === 0) own.moved.push(TYPENAME);
      else selections.push({ ...selection, selectionSet });
    }
    return { kind: Kind.SELECTION_SET, selections: [...selections, ...own.moved] };
  };

  const root = schema.getRootType(operation.operation)!;
  const selectionSet = inSet(operation.selectionSet, root.name, []);
  if (!isChanged && fields.length === 0) return undefined;
  return { document: { ...document, definitions: [{ ...operation, selectionSet }] }, fields };
}

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

function withSelections(field: FieldNode, change: (set: SelectionSetNode) => SelectionSetNode): FieldNode {
  return field.selectionSet ? { ...field, selectionSet: change(field.selectionSet) } : field;
}

/**
 * Under the conditions of the fragments that a field was in, as far as it can have them itself: of each kind one. What is
 * asked for without need, the answer leaves out.
 */
function withDirectives(field: FieldNode, more: readonly DirectiveNode[]): FieldNode {
  const directives = [...(field.directives ?? [])];
  for (const one of more)
    if (!directives.some(({ name }) => name.value === one.name.value)) directives.push(one);
  return { ...field, directives };
}

function typeOf(schema: GraphQLSchema, parent: string, field: FieldNode): string {
  const type = schema.getType(parent);
  const definition =
    isObjectType(type) || isInterfaceType(type) ? type.getFields()[field.name.value] : undefined;
  const named = definition && getNamedType(definition.type);
  return isCompositeType(named) ? named.name : '';
}
