import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type EnumValueDefinitionNode,
  type FieldDefinitionNode,
  Kind,
  specifiedScalarTypes,
  type TypeDefinitionNode,
  type TypeNode,
} from 'graphql';

const SPECIFIED: ReadonlySet<string> = new Set(specifiedScalarTypes.map(({ name }) => name));

type Types = ReadonlyMap<string, TypeDefinitionNode>;
type Joined = TypeDefinitionNode | FieldDefinitionNode | EnumValueDefinitionNode;

/**
 * Where a union has other members in one subgraph than in another, Apollo's planner leaves out a member as soon as one
 * of the subgraphs it could ask does not know it, even if it then asks another: the fields of that member become null
 * without an error. So it is shown a supergraph in which all of them know every member. What it then asks of those that
 * do not, has to be taken out of its plans again (planning/possible-fetches.ts); they never return such a member.
 *
 * A member is added where its subgraph has nothing of it yet, and whatever it needs is new there too or complete.
 * @returns undefined where nothing is added
 */
export function addAbsentMembers(supergraph: DocumentNode): DocumentNode | undefined {
  const types: Types = new Map(
    supergraph.definitions.flatMap((one) => (isTypeDefinition(one) ? [[one.name.value, one] as const] : [])),
  );
  /** By type, the subgraphs that it is added to. */
  const added = new Map<string, Set<string>>();
  const memberships = new Map<string, ConstDirectiveNode[]>();
  for (const union of types.values()) {
    // Before version 0.3 of the join specification all members were everywhere.
    if (union.kind !== Kind.UNION_TYPE_DEFINITION || joins(union, 'join__unionMember').length === 0) continue;
    for (const graph of graphsOf(union)) {
      const known = new Set(joins(union, 'join__unionMember', graph).map((join) => valueOf(join, 'member')));
      for (const { name } of union.types ?? []) {
        const needed = known.has(name.value) ? undefined : whatToAdd(name.value, graph, types);
        if (!needed) continue;
        for (const type of needed) added.set(type, (added.get(type) ?? new Set()).add(graph));
        const membership = makeJoin('join__unionMember', graph, name.value);
        memberships.set(union.name.value, [...(memberships.get(union.name.value) ?? []), membership]);
      }
    }
  }
  if (memberships.size === 0) return undefined;
  return {
    ...supergraph,
    definitions: supergraph.definitions.map((one) => {
      if (!isTypeDefinition(one)) return one;
      const name = one.name.value;
      return extend(one, [...(added.get(name) ?? [])], memberships.get(name) ?? []);
    }),
  };
}

/** The types that a subgraph must be given for a member of a union; undefined where that cannot be. */
function whatToAdd(member: string, graph: string, types: Types): Set<string> | undefined {
  const needed = new Set<string>();
  const canHave = (name: string, isInput: boolean): boolean => {
    if (SPECIFIED.has(name) || needed.has(name)) return true;
    const type = types.get(name);
    if (!type) return false;
    if (graphsOf(type).has(graph)) return isInput || (name !== member && isComplete(type, graph));
    if (isInput || (type.kind !== Kind.OBJECT_TYPE_DEFINITION && !isLeaf(type))) return false;
    needed.add(name);
    return fieldsOf(type).every(
      (field) =>
        canHave(nameOf(field.type), false) &&
        (field.arguments ?? []).every((argument) => canHave(nameOf(argument.type), true)),
    );
  };
  return canHave(member, false) ? needed : undefined;
}

/** Whether a subgraph that has a type can give all of it, itself or by a key. */
function isComplete(type: TypeDefinitionNode, graph: string): boolean {
  if (joins(type, 'join__type', graph).some((join) => valueOf(join, 'key') !== undefined)) return true;
  return fieldsOf(type).every(
    (field) =>
      joins(field, 'join__field').length === 0 ||
      joins(field, 'join__field', graph).some((join) => valueOf(join, 'external') === undefined),
  );
}

function extend(
  type: TypeDefinitionNode,
  graphs: readonly string[],
  memberships: readonly ConstDirectiveNode[],
): TypeDefinitionNode {
  if (graphs.length === 0 && memberships.length === 0) return type;
  const joined = graphs.map((graph) => makeJoin('join__type', graph));
  const directives = [...(type.directives ?? []), ...joined, ...memberships];
  /** A field that does not say where it is, is wherever its type is. */
  const withJoins = <Part extends Joined>(part: Part, name: 'join__field' | 'join__enumValue'): Part => {
    if (name === 'join__field' && joins(part, name).length === 0) return part;
    const more = graphs.map((graph) => makeJoin(name, graph));
    return { ...part, directives: [...(part.directives ?? []), ...more] };
  };
  if (type.kind === Kind.OBJECT_TYPE_DEFINITION)
    return { ...type, directives, fields: fieldsOf(type).map((field) => withJoins(field, 'join__field')) };
  if (type.kind === Kind.ENUM_TYPE_DEFINITION)
    return {
      ...type,
      directives,
      values: (type.values ?? []).map((value) => withJoins(value, 'join__enumValue')),
    };
  return { ...type, directives };
}

function makeJoin(name: string, graph: string, member?: string): ConstDirectiveNode {
  const named = (value: string) => ({ kind: Kind.NAME, value }) as const;
  return {
    kind: Kind.DIRECTIVE,
    name: named(name),
    arguments: [
      { kind: Kind.ARGUMENT, name: named('graph'), value: { kind: Kind.ENUM, value: graph } },
      ...(member === undefined
        ? []
        : [
            {
              kind: Kind.ARGUMENT,
              name: named('member'),
              value: { kind: Kind.STRING, value: member },
            } as const,
          ]),
    ],
  };
}

function joins(part: Joined, name: string, graph?: string): ConstDirectiveNode[] {
  return (part.directives ?? []).filter(
    (one) => one.name.value === name && (graph === undefined || valueOf(one, 'graph') === graph),
  );
}

function valueOf(directive: ConstDirectiveNode, argument: string): string | undefined {
  const value = directive.arguments?.find(({ name }) => name.value === argument)?.value;
  return value && 'value' in value ? String(value.value) : undefined;
}

const graphsOf = (type: TypeDefinitionNode): Set<string> =>
  new Set(joins(type, 'join__type').map((join) => valueOf(join, 'graph')!));
const isLeaf = ({ kind }: TypeDefinitionNode): boolean =>
  kind === Kind.SCALAR_TYPE_DEFINITION || kind === Kind.ENUM_TYPE_DEFINITION;
const isTypeDefinition = (one: DefinitionNode): one is TypeDefinitionNode =>
  one.kind.endsWith('TypeDefinition');
const fieldsOf = (type: TypeDefinitionNode): readonly FieldDefinitionNode[] =>
  type.kind === Kind.OBJECT_TYPE_DEFINITION || type.kind === Kind.INTERFACE_TYPE_DEFINITION
    ? (type.fields ?? [])
    : [];
const nameOf = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
