import {
  getNamedType,
  type GraphQLNamedType,
  type GraphQLSchema,
  isCompositeType,
  isEnumType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';

/** Scalars whose values are no numbers, or integers: a number of an ID is one too. */
const WITHOUT_FRACTIONS = new Set(['Int', 'ID', 'String', 'Boolean']);

/**
 * Whether every number among the selected fields is an integer. Float may, and so may a custom
 * scalar, whose values may be any JSON. A field that the supergraph does not describe counts as one of those.
 * @param operation a fetch's document
 */
export function asksForIntegersOnly(operation: string, supergraph: GraphQLSchema): boolean {
  const { definitions } = parse(operation, { noLocation: true });
  return definitions.every((definition) => {
    if (definition.kind === Kind.FRAGMENT_DEFINITION)
      return holdsIntegersOnly(
        definition.selectionSet,
        supergraph.getType(definition.typeCondition.name.value),
        supergraph,
      );
    if (definition.kind !== Kind.OPERATION_DEFINITION) return true;
    return holdsIntegersOnly(
      definition.selectionSet,
      supergraph.getRootType(definition.operation) ?? undefined,
      supergraph,
    );
  });
}

/** @param type undefined where the supergraph does not know it, as for `_entities` */
function holdsIntegersOnly(
  { selections }: SelectionSetNode,
  type: GraphQLNamedType | undefined,
  supergraph: GraphQLSchema,
): boolean {
  return selections.every((selection) => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return true;
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const condition = selection.typeCondition?.name.value;
      return holdsIntegersOnly(
        selection.selectionSet,
        condition === undefined ? type : supergraph.getType(condition),
        supergraph,
      );
    }
    const name = selection.name.value;
    if (name === '__typename') return true;
    const fields = type && 'getFields' in type ? type.getFields() : undefined;
    const field = fields && Object.hasOwn(fields, name) ? fields[name] : undefined;
    const fieldType = field && 'type' in field ? getNamedType(field.type) : undefined;
    if (selection.selectionSet)
      return holdsIntegersOnly(
        selection.selectionSet,
        isCompositeType(fieldType) ? fieldType : undefined,
        supergraph,
      );
    return fieldType !== undefined && (isEnumType(fieldType) || WITHOUT_FRACTIONS.has(fieldType.name));
  });
}
