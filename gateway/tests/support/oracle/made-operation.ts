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
import type { Random } from '../random.js';

export interface MadeOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

const ARGUMENTS = [
  '(n: 2)',
  '(n: $n)',
  '(s: $s)',
  '(s: "x", n: 3)',
  '(in: { n: $n, s: "y" })',
  '(in: { mode: FAST, list: [{ n: 1 }, { s: $s }] })',
  '(in: $in)',
  '(s: "required")',
  '(n: 1)',
];

const DEFINITIONS: readonly (readonly [name: string, definition: string])[] = [
  ['yes', '$yes: Boolean! = true'],
  ['no', '$no: Boolean!'],
  ['n', '$n: Int'],
  ['s', '$s: String = "d"'],
  ['in', '$in: In = { n: 7 }'],
];

/**
 * A made-up operation in which nearly anything is called as something else is: its aliases are names of the schema's own fields.
 */
export function madeOperation(schema: GraphQLSchema, random: Random): MadeOperation {
  const fragments: string[] = [];
  const names = [
    ...new Set(
      Object.values(schema.getTypeMap()).flatMap((type) =>
        (isObjectType(type) || isInterfaceType(type)) && !type.name.startsWith('__')
          ? Object.keys(type.getFields())
          : [],
      ),
    ),
  ];
  let budget = 12 + random.int(30);
  const condition = (): string =>
    random.chance(0.12)
      ? ` ${random.pick(['@skip', '@include'])}(if: ${random.pick(['$yes', '$no', 'true', 'false'])})`
      : '';
  const aliasFor = (name: string): string => {
    if (!random.chance(0.35)) return name;
    if (random.chance(0.05)) return random.pick(['__typename', '_client_id', 'id__alias_0', 'constructor']);
    return random.pick(names);
  };
  /** @param taken what each name in the answer stands for here, so that no two fields share one */
  const field = (one: GraphQLField<unknown, unknown>, depth: number, taken: Map<string, string>): string => {
    budget--;
    const args = one.args.length > 0 && random.chance(0.6) ? argumentsOf(one, random) : '';
    const called = `${one.name}${args}`;
    const alias = aliasFor(one.name);
    const type = getNamedType(one.type);
    // The same field twice has to have the same fields below it, or others: too hard to tell here.
    if (taken.has(alias) && (taken.get(alias) !== called || isCompositeType(type))) return '';
    taken.set(alias, called);
    const head = `${alias === one.name ? '' : `${alias}: `}${called}${condition()}`;
    return isCompositeType(type) ? `${head} ${selection(type, depth + 1, new Map())}` : head;
  };
  const selection = (type: GraphQLCompositeType, depth: number, taken: Map<string, string>): string => {
    const parts: string[] = [];
    const own = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
    const isLast = depth >= 5 || budget <= 0;
    const wanted = own.filter((one) => !isLast || !isCompositeType(getNamedType(one.type)));
    const share = depth === 0 ? 4 / Math.max(4, wanted.length) : 0.45;
    for (const one of shuffled(wanted, random))
      if (random.chance(share)) parts.push(field(one, depth, taken));
    if (isAbstractType(type) && depth < 6)
      for (const member of schema.getPossibleTypes(type))
        if (random.chance(0.6))
          parts.push(`... on ${member.name}${condition()} ${selection(member, depth + 1, new Map(taken))}`);
    if (random.chance(0.25)) {
      const alias = random.chance(0.4) ? random.pick(names) : '__typename';
      if (!taken.has(alias) || alias === '__typename') {
        taken.set(alias, '__typename');
        parts.push(alias === '__typename' ? alias : `${alias}: __typename`);
      }
    }
    if (depth > 0 && depth < 4 && random.chance(0.15)) {
      const name = `F${fragments.length}`;
      const at = fragments.push('') - 1;
      fragments[at] = `fragment ${name} on ${type.name} ${selection(type, depth + 1, taken)}`;
      parts.push(`...${name}${condition()}`);
    }
    if (isObjectType(type) && random.chance(0.1))
      for (const { name } of type.getInterfaces())
        parts.push(`... on ${name}${condition()} ${selection(schema.getType(name) as never, 6, taken)}`);
    const filled = parts.filter(Boolean);
    if (filled.length === 0) filled.push('__typename');
    if (random.chance(0.08)) filled.push(`...${condition()} { __typename }`);
    return `{ ${filled.join(' ')} }`;
  };
  /** One field, without conditions. */
  function rootOfSubscription(one: GraphQLField<unknown, unknown>): string {
    const args = one.args.length > 0 && random.chance(0.6) ? argumentsOf(one, random) : '';
    const alias = aliasFor(one.name);
    const head = `${alias === one.name || alias === '__typename' ? '' : `${alias}: `}${one.name}${args}`;
    return `${head} ${selection(getNamedType(one.type) as GraphQLCompositeType, 1, new Map())}`;
  }
  const luck = random.next();
  const mutation = luck < 0.15 ? schema.getMutationType() : undefined;
  const subscription = luck > 0.8 ? schema.getSubscriptionType() : undefined;
  const root = subscription
    ? `{ ${rootOfSubscription(random.pick(Object.values(subscription.getFields())))} }`
    : selection(mutation ?? schema.getQueryType()!, 0, new Map());
  const text = `${root} ${fragments.join(' ')}`;
  // A variable that is declared and not used makes an operation invalid.
  const used = DEFINITIONS.filter(([name]) => new RegExp(`\\$${name}\\b`).test(text)).map(([, one]) => one);
  const definitions = used.length > 0 ? `(${used.join(', ')})` : '';
  return {
    query: `${subscription ? 'subscription' : mutation ? 'mutation' : 'query'} Made${definitions} ${text}`,
    variables: {
      no: false,
      ...(random.chance(0.5) && { n: random.int(3) }),
      ...(random.chance(0.4) && { s: random.pick(['given', 'required', null]) }),
      ...(random.chance(0.4) && { in: { s: 'nested', list: [{ n: 1, list: [] }] } }),
    },
  };
}

function argumentsOf(one: GraphQLField<unknown, unknown>, random: Random): string {
  const names = new Set(one.args.map(({ name }) => name));
  const fitting = ARGUMENTS.filter((text) => {
    const used = [...text.matchAll(/[(,] ?(\w+):/g)].map((match) => match[1]!);
    return names.has(used[0]!) && (names.size > 1 || (!text.includes('s:') && !text.includes('in:')));
  });
  return fitting.length > 0 ? random.pick(fitting) : '';
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => [random.next(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}
