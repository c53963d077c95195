import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  parse,
  print,
  type SelectionSetNode,
  type TypeDefinitionNode,
  type TypeNode,
} from 'graphql';
import { FieldNames } from './field-names.js';

/**
 * What the planner may ask for on its own account: the fields of keys, and those that some @requires names. It asks
 * for them by their plain names and never looks at aliases or arguments that a client uses for the same name.
 */
export interface Requirements {
  readonly names: FieldNames;
  /** `Type.field` → those that require the same field with other arguments. */
  readonly conflicts: ReadonlyMap<string, ReadonlySet<string>>;
  /** By interface that some subgraph has as an @interfaceObject, the fields that it resolves out of required fields. */
  readonly ofInterfaceObjects: ReadonlyMap<string, ReadonlySet<string>>;
}

type Types = ReadonlyMap<string, TypeDefinitionNode>;

export function readRequirements(supergraph: DocumentNode): Requirements {
  const types: Types = new Map(
    supergraph.definitions.flatMap((one) =>
      one.kind.endsWith('TypeDefinition') ? [[(one as TypeDefinitionNode).name.value, one] as const] : [],
    ) as [string, TypeDefinitionNode][],
  );
  const reserved = new Set<string>();
  const withArguments = new Set<string>();
  const ofInterfaceObjects = new Map<string, Set<string>>();
  /** By the field that requires them: `Type.field` → the arguments that it is required with. */
  const required = new Map<string, Map<string, string>[]>();
  for (const type of types.values()) {
    const interfaceObjectGraphs = new Set<string>();
    for (const join of directives(type, 'join__type')) {
      const key = argument(join, 'key');
      if (key !== undefined) collect(parseFieldSet(key), type.name.value, types, reserved, new Map());
      if (argument(join, 'isInterfaceObject') !== 'true') continue;
      interfaceObjectGraphs.add(argument(join, 'graph') ?? '');
      ofInterfaceObjects.set(type.name.value, new Set());
    }
    for (const field of fieldsOf(type)) {
      for (const join of directives(field, 'join__field')) {
        const requires = argument(join, 'requires');
        if (requires === undefined) continue;
        const fields = new Map<string, string>();
        collect(parseFieldSet(requires), type.name.value, types, reserved, fields);
        for (const [name, text] of fields)
          if (text !== '') withArguments.add(name.slice(name.indexOf('.') + 1));
        for (const owner of [type.name.value, ...interfacesOf(type)]) {
          const key = `${owner}.${field.name.value}`;
          required.set(key, [...(required.get(key) ?? []), fields]);
        }
        if (interfaceObjectGraphs.has(argument(join, 'graph') ?? ''))
          ofInterfaceObjects.get(type.name.value)!.add(field.name.value);
      }
    }
  }
  return {
    names: new FieldNames(reserved, withArguments),
    conflicts: findConflicts(required),
    ofInterfaceObjects,
  };
}

function findConflicts(required: ReadonlyMap<string, Map<string, string>[]>): Map<string, Set<string>> {
  const conflicts = new Map<string, Set<string>>();
  for (const [one, sets] of required) {
    for (const [other, others] of required) {
      if (one !== other && sets.some((set) => others.some((with_) => contradicts(set, with_))))
        conflicts.set(one, (conflicts.get(one) ?? new Set()).add(other));
    }
  }
  return conflicts;
}

function contradicts(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  for (const [field, text] of one) if (other.has(field) && other.get(field) !== text) return true;
  return false;
}

/** Notes the names in a field set, and under `Type.field` the arguments that each field is required with. */
function collect(
  set: SelectionSetNode,
  typeName: string,
  types: Types,
  names: Set<string>,
  found: Map<string, string>,
): void {
  for (const selection of set.selections) {
    if (selection.kind === Kind.INLINE_FRAGMENT)
      collect(selection.selectionSet, selection.typeCondition?.name.value ?? typeName, types, names, found);
    if (selection.kind !== Kind.FIELD) continue;
    const name = selection.name.value;
    names.add(name);
    const type = types.get(typeName);
    found.set(`${typeName}.${name}`, printArguments(selection));
    // A field required of an interface is required of its types.
    if (type?.kind === Kind.INTERFACE_TYPE_DEFINITION)
      for (const one of types.values())
        if (interfacesOf(one).includes(typeName))
          found.set(`${one.name.value}.${name}`, printArguments(selection));
    const field = type && fieldsOf(type).find((one) => one.name.value === name);
    if (selection.selectionSet && field)
      collect(selection.selectionSet, namedType(field.type), types, names, found);
  }
}

function printArguments({ arguments: given = [] }: FieldNode): string {
  return given
    .map((one) => print(one))
    .sort()
    .join();
}

function parseFieldSet(text: string): SelectionSetNode {
  const operation = parse(`{ ${text} }`, { noLocation: true }).definitions[0];
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`"${text}" is not a set of fields.`);
  return operation.selectionSet;
}

const directives = (part: { readonly directives?: readonly ConstDirectiveNode[] }, name: string) =>
  (part.directives ?? []).filter((one) => one.name.value === name);

function argument(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((one) => one.name.value === name)?.value;
  return value && 'value' in value ? String(value.value) : undefined;
}

const interfacesOf = (type: TypeDefinitionNode): string[] =>
  type.kind === Kind.OBJECT_TYPE_DEFINITION || type.kind === Kind.INTERFACE_TYPE_DEFINITION
    ? (type.interfaces ?? []).map(({ name }) => name.value)
    : [];

const fieldsOf = (type: TypeDefinitionNode) =>
  type.kind === Kind.OBJECT_TYPE_DEFINITION || type.kind === Kind.INTERFACE_TYPE_DEFINITION
    ? (type.fields ?? [])
    : [];

const namedType = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);

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
