import { Random } from '../random.js';
import { Definitions } from './definitions.js';
import { type FieldRule, type Required } from './made-values.js';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@interfaceObject"])';
const NAMES = ['name', 'price', 'weight', 'title', 'note', 'rank', 'label', 'size', 'kind', 'score'];
const LEAF_TYPES = ['String', 'String', 'Int', 'Float', 'Boolean', 'ID', 'Color', 'Anything'];
const COLORS = ['RED', 'GREEN', 'BLUE', 'GREY'];
const KEYS = ['id', 'sku', 'id code', 'org { id }', 'code org { id }'];
const ARGUMENTS = '(n: Int = 1, s: String, in: In)';

/** A made-up supergraph: what each subgraph defines, and how values are made. */
export interface MadeGraph {
  readonly subgraphs: readonly { readonly name: string; readonly typeDefs: string }[];
  readonly rules: ReadonlyMap<string, FieldRule>;
}

interface Field {
  readonly name: string;
  readonly type: string;
  readonly hasArguments: boolean;
  readonly owner: number;
  readonly isLeaf: boolean;
  isNeeded: boolean;
}

interface Entity {
  readonly name: string;
  readonly fields: Field[];
  /** By subgraph: its keys there. */
  readonly keys: readonly (readonly string[])[];
  /** Subgraphs that know no more of it than its key. */
  readonly stubs: ReadonlySet<number>;
}

/** Not each seed gives a supergraph that composes. */
export function madeGraph(seed: number): MadeGraph {
  const random = new Random(seed);
  const count = 2 + random.int(3);
  const graphs = Array.from({ length: count }, () => new Definitions());
  const rules = new Map<string, FieldRule>();
  const note = (key: string, rule: FieldRule): void => void rules.set(key, { ...rules.get(key), ...rule });
  const hasMedia = random.chance(0.5);
  const names = Array.from({ length: 2 + random.int(2) }, (_, index) => `T${index}`);
  const colors = graphs.map(() => COLORS.filter((one) => one === 'RED' || random.chance(0.7)));
  const entities = names.map((name): Entity => {
    const all = KEYS.filter(() => random.chance(0.4));
    if (all.length === 0) all.push(random.pick(KEYS));
    const owner = random.int(count);
    const stubs = new Set<number>();
    const keys = graphs.map((_, graph) => {
      if (graph === owner) return all;
      if (random.chance(0.2)) stubs.add(graph);
      const own = all.filter(() => random.chance(0.4));
      return own.length > 0 && !stubs.has(graph) ? own : [random.pick(all)];
    });
    return { name, fields: [], keys, stubs };
  });
  const known = (graph: number): Entity[] => entities.filter(({ stubs }) => !stubs.has(graph));
  /** Members of this subgraph's union. */
  const members = graphs.map((_, graph) => {
    const all = known(graph).map(({ name }) => name);
    const some = all.filter(() => random.chance(0.7));
    return some.length > 0 ? some : all.slice(0, 1);
  });

  graphs.forEach((graph, index) => {
    graph.type('Query', 'type Query');
    graph.type('Mutation', 'type Mutation');
    graph.type('Node', 'interface Node');
    if (known(index).length > 0) graph.field('Node', 'caption', 'caption: String');
    graph.type('Org', 'type Org @shareable');
    graph.field('Org', 'id', 'id: ID!');
    graph.field('Org', 'region', 'region: String');
    graph.type('Size', 'type Size @shareable');
    graph.field('Size', 'weight', 'weight: Int');
    graph.field('Size', 'price', 'price: Int!');
    for (const { name, keys, stubs } of entities) {
      const isStub = stubs.has(index);
      const directives = keys[index]!.map(
        (key) => `@key(fields: "${key}"${isStub ? ', resolvable: false' : ''})`,
      );
      graph.type(name, `type ${name}${isStub ? '' : ' implements Node'} ${directives.join(' ')}`);
      for (const key of keys[index]!.join(' ')
        .replace(/\{[^}]*\}/g, '')
        .split(/\s+/)) {
        const types: Record<string, string> = { id: 'ID!', sku: 'String!', code: 'Int!', org: 'Org!' };
        if (key !== '') graph.field(name, key, `${key}: ${types[key]}`);
      }
      if (!isStub) graph.field(name, 'caption', 'caption: String @shareable');
    }
  });

  // The fields of entities, each resolved by one subgraph, by two alike, or by one instead of another.
  const abstracts = (graph: number): string[] => [
    ...(known(graph).length > 0 ? ['Node'] : []),
    ...(members[graph]!.length > 0 ? ['Either'] : []),
    ...(hasMedia ? ['Media'] : []),
  ];
  for (const entity of entities) {
    const owners = graphs.flatMap((_, graph) => (entity.stubs.has(graph) ? [] : [graph]));
    for (const name of NAMES.filter(() => random.chance(0.55))) {
      const owner = random.pick(owners);
      const isLeaf = random.chance(0.65);
      const base = isLeaf
        ? random.pick(LEAF_TYPES)
        : random.pick([...entities.map((one) => one.name), ...abstracts(owner), 'Size']);
      const wrap = random.pick(['%', '%', '%', '%!', '[%]', '[%!]', '[%!]!', ...(isLeaf ? [] : ['[[%]]'])]);
      const type = wrap.replace('%', base);
      const field: Field = {
        name,
        type,
        hasArguments: random.chance(0.35),
        owner,
        isLeaf: isLeaf && wrap.length <= 2,
        isNeeded: false,
      };
      entity.fields.push(field);
      if (base === 'Color') note(`${entity.name}.${name}`, { values: colors[owner]! });
      if (base === 'Node') note(`${entity.name}.${name}`, { members: known(owner).map((one) => one.name) });
      if (base === 'Either') note(`${entity.name}.${name}`, { members: members[owner]! });
      const other = owners.find((graph) => graph !== owner);
      const line = printField(field);
      const isPlain = isLeaf && base !== 'Color';
      const fate = random.next();
      if (isPlain && other !== undefined && fate < 0.15) {
        for (const graph of [owner, other]) graphs[graph]!.field(entity.name, name, `${line} @shareable`);
      } else if (isPlain && other !== undefined && fate < 0.3) {
        const label = random.chance(0.3) ? ', label: "percent(100)"' : '';
        graphs[owner]!.field(entity.name, name, `${line} @override(from: "s${other}"${label})`);
        graphs[other]!.field(entity.name, name, line);
        note(`s${other}:${entity.name}.${name}`, {});
      } else graphs[owner]!.field(entity.name, name, line);
    }
  }

  addRequires(entities, graphs, random, note);
  addProvides(entities, graphs, random);
  if (hasMedia) addMedia(graphs, entities, random, note);
  addRoots(entities, graphs, random, note, members, hasMedia);
  return {
    subgraphs: graphs.map((graph, index) => ({
      name: `s${index}`,
      typeDefs: [
        LINK,
        'scalar Anything',
        `enum Color { ${colors[index]!.join(' ')} }`,
        `enum Mode { FAST ${index === 0 ? 'SLOW' : 'SLOW ODD'} }`,
        `input In { n: Int s: String mode: Mode list: [In!] own${index}: Int }`,
        ...(members[index]!.length > 0 ? [`union Either = ${members[index]!.join(' | ')}`] : []),
        graph.print(),
      ].join('\n'),
    })),
    rules,
  };
}

const printField = ({ name, type, hasArguments }: Field): string =>
  `${name}${hasArguments ? ARGUMENTS : ''}: ${type}`;

type Note = (key: string, rule: FieldRule) => void;

function addRequires(
  entities: readonly Entity[],
  graphs: readonly Definitions[],
  random: Random,
  note: Note,
): void {
  for (const entity of entities) {
    graphs.forEach((graph, index) => {
      if (entity.stubs.has(index) || !random.chance(0.6)) return;
      const requires: Required[] = [];
      const texts: string[] = [];
      const isFree = (field: Field): boolean =>
        field.owner !== index && !graph.types.get(entity.name)!.lines.has(field.name);
      for (const field of entity.fields
        .filter((one) => one.isLeaf && isFree(one))
        .slice(0, 1 + random.int(2))) {
        if (!/^(String|Int|Float)/.test(field.type)) continue;
        const isGiven = field.hasArguments && random.chance(0.5);
        const args = field.hasArguments ? { n: 1, ...(isGiven && { s: 'required' }) } : {};
        requires.push({ field: field.name, type: field.type, args });
        texts.push(`${field.name}${isGiven ? '(s: \\"required\\")' : ''}`);
        graph.field(entity.name, field.name, `${printField(field)} @external`);
        note(`${entity.name}.${field.name}`, { isSafe: true });
      }
      const size = entity.fields.find((one) => /^\[?Size/.test(one.type) && isFree(one) && !one.hasArguments);
      if (size && random.chance(0.7)) {
        requires.push({
          field: size.name,
          type: size.type,
          args: {},
          below: { field: 'weight', type: 'Int' },
        });
        note('Size.weight', { isSafe: true });
        texts.push(`${size.name} { weight }`);
        graph.field(entity.name, size.name, `${printField(size)} @external`);
        note(`${entity.name}.${size.name}`, { isSafe: true });
        note('Size.weight', { isSafe: true });
      }
      const relation = entity.fields.find(
        (one) => /^\[?T\d/.test(one.type) && isFree(one) && !one.hasArguments,
      );
      const target = relation && entities.find(({ name }) => relation.type.includes(name));
      const leaf = target?.fields.find(
        (one) =>
          one.isLeaf &&
          !one.hasArguments &&
          one.owner !== index &&
          /^(String|Int)/.test(one.type) &&
          !graph.types.get(target.name)!.lines.has(one.name),
      );
      if (relation && target && leaf && !target.stubs.has(index) && random.chance(0.7)) {
        requires.push({
          field: relation.name,
          type: relation.type,
          args: {},
          below: { field: leaf.name, type: leaf.type },
        });
        texts.push(`${relation.name} { ${leaf.name} }`);
        graph.field(entity.name, relation.name, `${printField(relation)} @external`);
        graph.field(target.name, leaf.name, `${printField(leaf)} @external`);
        note(`${entity.name}.${relation.name}`, { isSafe: true });
        note(`${target.name}.${leaf.name}`, { isSafe: true });
      }
      if (requires.length === 0) return;
      const name = `calc${index}`;
      graph.field(entity.name, name, `${name}: String @requires(fields: "${texts.join(' ')}")`);
      note(`${entity.name}.${name}`, { requires });
    });
  }
}

function addProvides(entities: readonly Entity[], graphs: readonly Definitions[], random: Random): void {
  for (const entity of entities) {
    for (const field of entity.fields) {
      const target = entities.find(({ name }) => field.type.replace(/[[\]!]/g, '') === name);
      const graph = graphs[field.owner]!;
      if (!target || target.stubs.has(field.owner) || !random.chance(0.4)) continue;
      const leaf = target.fields.find(
        (one) =>
          one.isLeaf &&
          one.owner !== field.owner &&
          !/Color/.test(one.type) &&
          !graph.types.get(target.name)!.lines.has(one.name) &&
          // Who else may give a field has to be told of it by its owner.
          graphs[one.owner]!.types.get(target.name)!.lines.get(one.name) === printField(one),
      );
      if (!leaf) continue;
      graphs[leaf.owner]!.types.get(target.name)!.lines.set(leaf.name, `${printField(leaf)} @shareable`);
      graph.field(target.name, leaf.name, `${printField(leaf)} @external`);
      graph.types
        .get(entity.name)!
        .lines.set(field.name, `${printField(field)} @provides(fields: "${leaf.name}")`);
    }
  }
}

/** An interface that one subgraph implements by types and the others extend as an object. */
function addMedia(
  graphs: readonly Definitions[],
  entities: readonly Entity[],
  random: Random,
  note: Note,
): void {
  graphs.forEach((graph, index) => {
    if (index === 0) {
      graph.type('Media', 'interface Media @key(fields: "id")');
      graph.field('Media', 'id', 'id: ID!');
      graph.field('Media', 'title', 'title: String');
      graph.field('Media', 'price', 'price: Int');
      for (const [name, own] of [
        ['Book', 'pages: Int'],
        ['Film', 'name: String!'],
      ] as const) {
        graph.type(name, `type ${name} implements Media @key(fields: "id")`);
        graph.field(name, 'id', 'id: ID!');
        graph.field(name, 'title', 'title: String');
        graph.field(name, 'price', 'price: Int');
        graph.field(name, own.split(':')[0]!, own);
        for (const field of ['title', 'price']) note(`${name}.${field}`, { isSafe: true });
      }
      note('Media.title', { isSafe: true });
      note('Media.price', { isSafe: true });
      return;
    }
    graph.type('Media', 'type Media @key(fields: "id") @interfaceObject');
    graph.field('Media', 'id', 'id: ID!');
    if (random.chance(0.7)) {
      graph.field('Media', `score${index}`, `score${index}${random.chance(0.4) ? ARGUMENTS : ''}: Int`);
    }
    if (random.chance(0.5)) {
      const name = `about${index}`;
      graph.field('Media', name, `${name}: ${random.pick(entities).name}`);
    }
    if (random.chance(0.6)) {
      graph.field('Media', 'price', 'price: Int @external');
      graph.field('Media', `calc${index}`, `calc${index}: String @requires(fields: "price")`);
      for (const type of ['Media', 'Book', 'Film'])
        note(`${type}.calc${index}`, { requires: [{ field: 'price', type: 'Int', args: {} }] });
    }
  });
}

function addRoots(
  entities: readonly Entity[],
  graphs: readonly Definitions[],
  random: Random,
  note: Note,
  members: readonly (readonly string[])[],
  hasMedia: boolean,
): void {
  graphs.forEach((graph, index) => {
    const add = (name: string, type: string, more = ''): void => {
      graph.field(
        'Query',
        name,
        `${name}${more === '' && random.chance(0.3) ? ARGUMENTS : ''}: ${type}${more}`,
      );
    };
    for (const { name, stubs } of entities) {
      if (stubs.has(index) && random.chance(0.5)) continue;
      if (random.chance(0.7)) add(`one${name}in${index}`, name);
      if (random.chance(0.5))
        add(`all${name}in${index}`, random.pick([`[${name}]`, `[${name}!]`, `[${name}!]!`]));
    }
    if (members[index]!.length > 0 && random.chance(0.6)) {
      add(`either${index}`, '[Either]');
      note(`Query.either${index}`, { members: members[index]! });
    }
    const nodes = entities.filter(({ stubs }) => !stubs.has(index)).map(({ name }) => name);
    if (nodes.length > 0 && random.chance(0.6)) {
      add(`node${index}`, 'Node');
      note(`Query.node${index}`, { members: nodes });
    }
    if (hasMedia) {
      add(`find${index}`, 'Media');
      if (random.chance(0.5)) add(`finds${index}`, '[Media!]');
      if (index === 0) add('book', 'Book');
    }
    add('self', 'Query!', ' @shareable');
    const first = entities[0]!;
    if (!first.stubs.has(index)) add('shared', first.name, ' @shareable');
    if (index < 2) {
      graph.type('View', 'type View');
      graph.field('View', `name${index}`, `name${index}: String${random.chance(0.2) ? '!' : ''}`);
      note(`View.name${index}`, { side: index, isSafe: true });
      add('view', 'View', ' @shareable');
      graph.type('Subscription', 'type Subscription');
      const known = entities.filter(({ stubs }) => !stubs.has(index));
      for (const { name } of known.length > 0 ? known : entities)
        if (random.chance(0.7)) {
          const field = `on${name}in${index}`;
          const type = random.pick([name, name, `${name}!`, `[${name}]`, `[${name}!]!`]);
          graph.field('Subscription', field, `${field}${random.chance(0.3) ? ARGUMENTS : ''}: ${type}`);
        }
      if (known.length > 0 && random.chance(0.4)) {
        graph.field('Subscription', `onNode${index}`, `onNode${index}: Node`);
        note(`Subscription.onNode${index}`, { members: known.map(({ name }) => name) });
      }
      if (hasMedia && random.chance(0.4))
        graph.field('Subscription', `onMedia${index}`, `onMedia${index}: Media`);
    }
    if (index < 2) {
      graph.field('Mutation', `add${index}`, `add${index}(n: Int = 1): Int!`);
      note(`Mutation.add${index}`, { counts: 'add' });
      const { name } = random.pick(entities);
      graph.field('Mutation', `with${index}`, `with${index}(n: Int = 1): ${name}`);
      note(`Mutation.with${index}`, { counts: 'add' });
    }
    for (const { name, stubs } of entities) {
      if (stubs.has(index) || !random.chance(0.5)) continue;
      graph.field(name, `tally${index}`, `tally${index}: Int`);
      note(`${name}.tally${index}`, { counts: 'tell' });
    }
  });
}
