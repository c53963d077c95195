import {
  getNamedType,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import type { Random } from './random.js';

export interface MadeOperation {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

/** A made-up query for a schema: fragments of both kinds, aliases, arguments, conditions, __typename, introspection. */
export function randomOperation(schema: GraphQLSchema, random: Random): MadeOperation {
  const fragments: string[] = [];
  let fields = 0;
  const alias = (name: string, args: string): string =>
    args === '' ? (random.chance(0.1) ? `also_${name}: ` : '') : `${name}_${args.replace(/\W+/g, '_')}: `;
  const condition = (): string =>
    random.chance(0.1)
      ? ` ${random.pick(['@skip', '@include'])}(if: ${random.pick(['$yes', '$no', 'true', 'false'])})`
      : '';
  const field = (definition: GraphQLField<unknown, unknown>, depth: number): string => {
    fields++;
    const takes = definition.args.length > 0;
    const args =
      takes && random.chance(0.7) ? random.pick(['(n: 1)', '(n: $n)', '(n: 2, s: "x")', '(s: $s)']) : '';
    const type = getNamedType(definition.type);
    const head = `${alias(definition.name, args)}${definition.name}${args}${condition()}`;
    return isCompositeType(type) ? `${head} ${selection(type, depth + 1)}` : head;
  };
  const selection = (type: GraphQLCompositeType, depth: number): string => {
    const parts: string[] = [];
    const own = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
    const wanted =
      depth >= 5 || fields > 40 ? own.filter((one) => !isCompositeType(getNamedType(one.type))) : own;
    for (const one of wanted) if (random.chance(depth === 0 ? 0.4 : 0.55)) parts.push(field(one, depth));
    if (isAbstractType(type)) {
      for (const member of schema.getPossibleTypes(type))
        if (random.chance(0.6))
          parts.push(`... on ${member.name}${condition()} ${selection(member, depth + 1)}`);
    }
    if (random.chance(0.1))
      parts.push(`... ${condition()} { ${random.chance(0.5) ? 'kind: __typename' : '__typename'} }`);
    if (random.chance(0.2) && depth > 0 && depth < 4) {
      const name = `F${fragments.length}`;
      fragments.push('');
      const at = fragments.length - 1;
      fragments[at] = `fragment ${name} on ${type.name} ${selection(type, depth + 1)}`;
      parts.push(`...${name}${condition()}`);
    }
    if (parts.length === 0 || random.chance(0.15)) parts.push('__typename');
    if (random.chance(0.1)) parts.push(parts[random.int(parts.length)]!);
    return `{ ${parts.join(' ')} }`;
  };
  let root = selection(schema.getQueryType()!, 0);
  if (random.chance(0.1))
    root = root.replace('{', '{ __schema { queryType { name } } __type(name: "V") { fields { name } }');
  const query = `query Made($yes: Boolean! = true, $no: Boolean!, $n: Int, $s: String = "d") ${root} ${fragments.join(' ')}`;
  return {
    query,
    variables: {
      no: false,
      ...(random.chance(0.6) && { n: random.int(3) }),
      ...(random.chance(0.4) && { s: 'given' }),
    },
  };
}
