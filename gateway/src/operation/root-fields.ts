import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { withoutUnusedVariables } from './document.js';

/**
 * An operation divided into its root fields, by their names in the answer: each document has one of them, under the
 * conditions that it is under in the whole.
 */
export function rootFieldDocuments(document: DocumentNode): Map<string, DocumentNode> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of document.definitions)
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  const operation = document.definitions.find(
    (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
  )!;
  const keys = new Set<string>();
  const below = (selection: SelectionNode): SelectionSetNode | undefined =>
    selection.kind === Kind.INLINE_FRAGMENT
      ? selection.selectionSet
      : selection.kind === Kind.FRAGMENT_SPREAD
        ? fragments.get(selection.name.value)?.selectionSet
        : undefined;
  const note = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        if (selection.name.value !== '__typename') keys.add(keyOf(selection));
      } else {
        const inner = below(selection);
        if (inner) note(inner);
      }
    }
  };
  note(operation.selectionSet);

  const only = (set: SelectionSetNode, key: string): SelectionSetNode => ({
    ...set,
    selections: set.selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FIELD) return keyOf(selection) === key ? [selection] : [];
      const inner = below(selection);
      const selectionSet = inner && only(inner, key);
      if (!selectionSet || selectionSet.selections.length === 0) return [];
      const { directives = [] } = selection;
      return [{ kind: Kind.INLINE_FRAGMENT, directives, selectionSet }];
    }),
  });
  return new Map(
    [...keys].map((key) => {
      const alone = { ...operation, selectionSet: only(operation.selectionSet, key) };
      const definitions = [alone, ...fragments.values()];
      return [key, withoutUnusedVariables({ ...document, definitions })];
    }),
  );
}

const keyOf = (field: FieldNode): string => field.alias?.value ?? field.name.value;
