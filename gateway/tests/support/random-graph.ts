import { hash, Random } from './random.js';
import type { SubgraphDefinition } from './subgraph.js';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@inaccessible", "@interfaceObject"])\n';
const IDS = 4;

interface Field {
  readonly name: string;
  readonly type: string;
  readonly args: boolean;
  readonly hidden: boolean;
}

interface Entity {
  readonly name: string;
  /** Per subgraph that knows it: the fields it owns there. */
  readonly parts: Map<number, Field[]>;
  readonly keys: Map<number, string[]>;
}

/** How often what goes wrong in the made-up data. */
export interface Chances {
  readonly nulls: number;
  readonly errors: number;
}

/**
 * A made-up federation: entities spread over subgraphs with one or two keys, interfaces, unions, a shared value type,
 * enums, @requires, @provides, @interfaceObject, @inaccessible. Its data hang on type, id and field alone, so whatever
 * plan asks for them gets the same.
 */
export function randomGraph(seed: number, chances: Chances): SubgraphDefinition[] {
  const random = new Random(seed);
  const subgraphs = 2 + random.int(3);
  const names = Array.from({ length: 2 + random.int(3) }, (_, index) => `T${index}`);
  const hasUnion = random.chance(0.6);
  const hasInterface = random.chance(0.7);
  const hasObject = random.chance(0.4);
  const outputs = [
    ...names,
    ...(hasUnion ? ['U'] : []),
    ...(hasInterface ? ['I'] : []),
    ...(hasObject ? ['M'] : []),
  ];
  const entities = names.map((name): Entity => {
    const parts = new Map<number, Field[]>();
    const keys = new Map<number, string[]>();
    const isTwoKeyed = random.chance(0.4);
    for (let subgraph = 0; subgraph < subgraphs; subgraph++) {
      // Whoever may return abstract types must know every member.
      if (subgraph > 0 && !hasUnion && !hasInterface && random.chance(0.2)) continue;
      const count = 1 + random.int(4);
      parts.set(
        subgraph,
        Array.from({ length: count }, (_, index) =>
          randomField(random, `${name.toLowerCase()}s${subgraph}f${index}`, outputs),
        ),
      );
      keys.set(
        subgraph,
        isTwoKeyed ? (subgraph === 0 ? ['id', 'sku'] : [random.pick(['id', 'sku'])]) : ['id'],
      );
    }
    return { name, parts, keys };
  });
  return Array.from({ length: subgraphs }, (_, subgraph) =>
    subgraphOf(subgraph, entities, { random, hasUnion, hasInterface, hasObject, outputs, chances }),
  );
}

function randomField(random: Random, name: string, outputs: readonly string[]): Field {
  const base = random.chance(0.45)
    ? random.pick(outputs)
    : random.pick(['String', 'Int', 'Float', 'Boolean', 'ID', 'E', 'J', 'V']);
  const wrap = random.pick(['%', '%', '%', '%', '%', '%!', '[%]', '[%]', '[%!]', '[%!]!', '[[%]]']);
  return { name, type: wrap.replace('%', base), args: random.chance(0.3), hidden: random.chance(0.04) };
}

interface World {
  readonly random: Random;
  readonly hasUnion: boolean;
  readonly hasInterface: boolean;
  readonly hasObject: boolean;
  readonly outputs: readonly string[];
  readonly chances: Chances;
}

function subgraphOf(subgraph: number, entities: readonly Entity[], world: World): SubgraphDefinition {
  const { random, hasUnion, hasInterface, hasObject } = world;
  const here = entities.filter(({ parts }) => parts.has(subgraph));
  const knows = new Set([
    ...here.map(({ name }) => name),
    ...(hasUnion ? ['U'] : []),
    ...(hasInterface ? ['I'] : []),
    ...(hasObject ? ['M'] : []),
  ]);
  const lines: string[] = [
    LINK,
    'enum E { A B C @inaccessible }',
    'scalar J',
    'type V @shareable { a: Int b: String c: V }',
  ];
  const resolvers: Record<string, Record<string, unknown>> = {};
  const provided: string[] = [];
  const resolve =
    (owner: string, field: Field) =>
    (parent: Record<string, unknown> | undefined, args: Record<string, unknown>) =>
      made(
        world,
        field.type,
        `${owner}.${String(parent?.['id'])}.${field.name}.${JSON.stringify(args)}`,
        knows,
      );
  const print = ({ name, type, args, hidden }: Field, more = ''): string =>
    `${name}${args ? '(n: Int = 1, s: String)' : ''}: ${type}${hidden ? ' @inaccessible' : ''}${more}`;
  const usable = (fields: readonly Field[]) =>
    fields.filter(
      ({ type }) =>
        ['String', 'Int', 'Float', 'Boolean', 'ID', 'E', 'J', 'V'].includes(bare(type)) ||
        knows.has(bare(type)),
    );

  if (hasUnion) lines.push(`union U = ${entities.map(({ name }) => name).join(' | ')}`);
  if (hasInterface) lines.push('interface I { id: ID! label: String }');
  for (const entity of here) {
    const { name } = entity;
    const keys = entity.keys.get(subgraph)!;
    const fields = usable(entity.parts.get(subgraph)!);
    const map: Record<string, unknown> = {
      __resolveReference: (reference: Record<string, unknown>) => resolveReference(world, name, reference),
    };
    const printed = [
      'id: ID! @shareable',
      ...(keys.includes('sku') ? ['sku: String! @shareable'] : []),
      ...(hasInterface ? ['label: String @shareable'] : []),
    ];
    map['label'] = (parent: Record<string, unknown>) =>
      made(world, 'String', `${name}.${String(parent['id'])}.label`, knows);
    for (const field of fields) {
      printed.push(print(field));
      map[field.name] = resolve(name, field);
    }
    addProvided(entity, subgraph, world, printed, map, provided);
    addRequires(entity, subgraph, world, printed, map);
    resolvers[name] = map;
    lines.push(
      `type ${name}${hasInterface ? ' implements I' : ''} ${keys.map((key) => `@key(fields: "${key}")`).join(' ')} { ${printed.join('\n ')} }`,
    );
  }
  if (hasObject) addInterfaceObject(subgraph, world, lines, resolvers, knows);
  const roots = world.outputs.filter((name) => knows.has(name));
  const rootFields = roots.flatMap((name, index) => [
    { name: `q${subgraph}one${index}`, type: name, args: true, hidden: false },
    {
      name: `q${subgraph}many${index}`,
      type: random.pick([`[${name}]`, `[${name}]`, `[${name}!]`]),
      args: random.chance(0.5),
      hidden: false,
    },
  ]);
  for (const name of provided)
    rootFields.push({ name: `q${subgraph}with${name}`, type: name, args: false, hidden: false });
  const isProvided = (name: string): boolean => name.startsWith(`q${subgraph}with`);
  lines.push(
    `type Query { ${rootFields
      .map((field) =>
        print(field, isProvided(field.name) ? ` @provides(fields: "${extraOf(field.type)}")` : ''),
      )
      .join('\n ')} }`,
  );
  resolvers['Query'] = Object.fromEntries(rootFields.map((field) => [field.name, resolve('Query', field)]));
  resolvers['U'] = resolvers['I'] = { __resolveType: ({ __typename }: { __typename: string }) => __typename };
  if (!hasUnion) delete resolvers['U'];
  if (!hasInterface) delete resolvers['I'];
  return { name: `s${subgraph}`, typeDefs: lines.join('\n'), resolvers };
}

const extraOf = (entity: string): string => `${entity.toLowerCase()}extra`;

/** A leaf that one subgraph owns, and that others can give too where a field of theirs says so. */
function addProvided(
  { name, parts }: Entity,
  subgraph: number,
  world: World,
  printed: string[],
  map: Record<string, unknown>,
  provided: string[],
): void {
  if (parts.size < 2) return;
  const extra = extraOf(name);
  const isOwner = subgraph === Math.min(...parts.keys());
  printed.push(`${extra}: String ${isOwner ? '@shareable' : '@external'}`);
  map[extra] = (parent: Record<string, unknown>) =>
    made(world, 'String', `${name}.${String(parent['id'])}.${extra}`, new Set());
  if (!isOwner) provided.push(name);
}

/** Some fields need a leaf that another subgraph owns. */
function addRequires(
  entity: Entity,
  subgraph: number,
  { random }: World,
  printed: string[],
  map: Record<string, unknown>,
): void {
  for (const [other, fields] of entity.parts) {
    if (other === subgraph || !random.chance(0.5)) continue;
    const needed = fields.find(
      ({ type, args, hidden }) => ['String', 'Int', 'Float'].includes(type) && !args && !hidden,
    );
    if (!needed || printed.some((line) => line.startsWith(`${needed.name}:`))) continue;
    printed.push(
      `${needed.name}: ${needed.type} @external`,
      `${entity.name.toLowerCase()}r${subgraph}${other}: String @requires(fields: "${needed.name}")`,
    );
    map[`${entity.name.toLowerCase()}r${subgraph}${other}`] = (parent: Record<string, unknown>) =>
      `needs ${JSON.stringify(parent[needed.name])}`;
    return;
  }
}

/** An interface that one subgraph implements by types and another extends as an object. */
function addInterfaceObject(
  subgraph: number,
  world: World,
  lines: string[],
  resolvers: Record<string, Record<string, unknown>>,
  knows: ReadonlySet<string>,
): void {
  const leaf = (owner: string, name: string, type: string) => (parent: Record<string, unknown>) =>
    made(world, type, `${owner}.${String(parent['id'])}.${name}`, knows);
  if (subgraph === 0) {
    lines.push('interface M @key(fields: "id") { id: ID! title: String }');
    for (const name of ['M0', 'M1']) {
      lines.push(`type ${name} implements M @key(fields: "id") { id: ID! title: String only${name}: Int }`);
      resolvers[name] = {
        __resolveReference: (reference: Record<string, unknown>) => resolveReference(world, name, reference),
        title: leaf(name, 'title', 'String'),
        [`only${name}`]: leaf(name, 'only', 'Int'),
      };
    }
    resolvers['M'] = {
      __resolveType: ({ __typename }: { __typename: string }) => __typename,
      __resolveReference: ({ id }: { id: string }) => resolveReference(world, id.split(':')[0]!, { id }),
    };
  } else {
    lines.push(
      `type M @key(fields: "id") @interfaceObject { id: ID! rating${subgraph}: Int tags${subgraph}: [String!] }`,
    );
    resolvers['M'] = {
      __resolveReference: (reference: Record<string, unknown>) => ({ ...reference }),
      [`rating${subgraph}`]: leaf('M', `rating${subgraph}`, 'Int'),
      [`tags${subgraph}`]: leaf('M', `tags${subgraph}`, '[String!]'),
    };
  }
}

function resolveReference({ chances }: World, name: string, reference: Record<string, unknown>): unknown {
  const id = reference['id'] === undefined ? String(reference['sku']).slice(1) : String(reference['id']);
  const luck = hash(`reference ${name} ${id}`);
  if (luck < chances.errors / 2) throw new Error(`No ${id}`);
  if (luck < chances.errors / 2 + chances.nulls / 2) return null;
  return { ...reference, __typename: name, id, sku: `s${id}` };
}

function bare(type: string): string {
  return type.replace(/[[\]!]/g, '');
}

/** The value at a seed: what it is, whether it is null or an error, all by the seed's hash. */
function made(world: World, type: string, seed: string, knows: ReadonlySet<string>): unknown {
  const isRequired = type.endsWith('!');
  const inner = isRequired ? type.slice(0, -1) : type;
  const luck = hash(`luck ${seed}`);
  if (luck < world.chances.errors * (isRequired ? 0.3 : 1)) throw new Error(`Failed: ${seed}`);
  if (!isRequired && luck < world.chances.errors + world.chances.nulls) return null;
  if (inner.startsWith('[')) {
    const length = Math.floor(hash(`length ${seed}`) * 4);
    return Array.from({ length }, (_, index) => {
      try {
        return made(world, inner.slice(1, -1), `${seed}[${index}]`, knows);
      } catch (error) {
        return error;
      }
    });
  }
  const value = hash(`value ${seed}`);
  switch (inner) {
    case 'String':
      return value < 0.1 ? '' : `text "${Math.floor(value * 1000)}" é\u2028`;
    case 'Int':
      return Math.floor(value * 10) - 2;
    case 'Float':
      return value < 0.2 ? 0 : value * 100;
    case 'Boolean':
      return value < 0.5;
    case 'ID':
      return `id${Math.floor(value * 10)}`;
    case 'E':
      // C is not in the public schema.
      return value < 0.1 ? 'C' : value < 0.5 ? 'A' : 'B';
    case 'J':
      return value < 0.3 ? { any: [1, 'two', null] } : value < 0.6 ? value : 'json';
    case 'V':
      return { a: Math.floor(value * 100), b: value < 0.5 ? null : 'b', c: value < 0.3 ? { a: 1 } : null };
    default:
      return entityOf(inner, Math.floor(value * IDS), Math.floor(hash(`type ${seed}`) * 100), world, knows);
  }
}

function entityOf(
  type: string,
  index: number,
  choice: number,
  world: World,
  knows: ReadonlySet<string>,
): unknown {
  if (type === 'M') {
    const name = `M${choice % 2}`;
    // An interface object's subgraph knows the interface only.
    return { __typename: knows.has('T0') && name, id: `${name}:${index}` };
  }
  const members = world.outputs.filter((name) => /^T\d/.test(name));
  const name = type === 'U' || type === 'I' ? members[choice % members.length]! : type;
  const id = `${name}:${index}`;
  return { __typename: name, id, sku: `s${id}` };
}
