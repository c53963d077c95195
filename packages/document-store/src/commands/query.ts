import { keyOf } from '../bson/compare.js';
import { count } from '../bson/number.js';
import { encodeDoc } from '../bson/encode.js';
import { doc, type Doc, isDoc, type Value } from '../bson/types.js';
import { MongoError, notSupported } from '../errors.js';
import { compileFilter, type Found } from '../query/match.js';
import { anyAt, parsePath } from '../query/path.js';
import { planQuery, type Plan } from '../query/plan.js';
import { compileProjection } from '../query/projection.js';
import { parseSort, sortBy } from '../query/sort.js';
import type { Collection, Stored } from '../storage/collection.js';
import type { Variables } from '../aggregate/expression.js';
import { checkHint, namespaceOf, refuseCollation } from './arguments.js';
import { type Command, commandVariables } from './context.js';

interface Matches {
  readonly filter: Doc;
  readonly variables: Variables;
  readonly sort?: Doc | undefined;
  readonly skip?: number | undefined;
  readonly limit?: number | undefined;
}

/** All that match, in order, between skip and limit. */
export function findMatches(collection: Collection | undefined, query: Matches): Stored[] {
  const matcher = compileFilter(query.filter, query.variables);
  const parts = query.sort && !isNatural(query.sort) ? parseSort(query.sort) : [];
  if (!collection) return [];
  const skip = query.skip ?? 0;
  const end = query.limit ? skip + query.limit : Infinity;
  const plan =
    query.sort && isNatural(query.sort)
      ? inNaturalOrder(collection, query.sort)
      : planQuery(collection, query.filter, { sort: parts, limit: end });
  const found: Stored[] = [];
  for (const stored of plan.candidates) {
    if (!matcher(stored.doc)) continue;
    found.push(stored);
    if (plan.isSorted && found.length >= end) break;
  }
  const ordered = plan.isSorted ? found : sortBy(found, parts, ({ doc: item }) => item);
  return skip === 0 && end >= ordered.length ? ordered : ordered.slice(skip, end);
}

const isNatural = (sort: Doc): boolean => sort.has('$natural');

/** As inserted, or the other way round. */
function inNaturalOrder(collection: Collection, sort: Doc): Plan {
  const all = collection.all();
  return {
    index: undefined,
    candidates: sort.get('$natural') === -1 ? [...all].reverse() : all,
    isSorted: true,
  };
}

const findFields = [
  'filter',
  'sort',
  'projection',
  'hint',
  'skip',
  'limit',
  'batchSize',
  'singleBatch',
  'max',
  'min',
  'returnKey',
  'showRecordId',
  'tailable',
  'awaitData',
  'oplogReplay',
  'noCursorTimeout',
  'allowPartialResults',
  'collation',
  'allowDiskUse',
  'let',
  'ntoreturn',
];

export const find: Command = (args, context) => {
  args.refuseUnknown(findFields);
  const namespace = namespaceOf(context.database, args.collection());
  for (const option of ['tailable', 'awaitData', 'returnKey', 'showRecordId'])
    if (args.boolean(option)) throw notSupported(`find with ${option}`);
  for (const option of ['min', 'max'])
    if ((args.doc(option)?.size ?? 0) > 0) throw notSupported(`find with ${option}`);
  refuseCollation(args.get('collation'));
  const collection = context.store.find(namespace);
  checkHint(collection, args.get('hint'));
  const variables = commandVariables(args.get('let'));
  const filter = args.doc('filter') ?? new Map<string, Value>();
  const found = findMatches(collection, {
    filter,
    variables,
    sort: args.doc('sort'),
    skip: args.integer('skip'),
    limit: args.integer('limit'),
  });
  const options = { batchSize: args.integer('batchSize'), singleBatch: args.boolean('singleBatch') };
  const spec = args.doc('projection');
  if (!spec || spec.size === 0)
    return context.cursors.reply(
      namespace,
      found.map(({ raw }) => raw),
      (raw) => raw,
      options,
    );
  const projection = compileProjection(spec, 'find');
  const positional = [...spec.keys()].some((name) => name.endsWith('.$'))
    ? compileFilter(filter, variables)
    : undefined;
  return context.cursors.reply(
    namespace,
    found.map(({ doc: item }) => item),
    (item) => {
      const at: Found = { index: undefined };
      positional?.(item, at);
      return encodeDoc(projection(item, variables, at));
    },
    options,
  );
};

export const getMore: Command = (args, context) => {
  args.refuseUnknown([
    'collection',
    'batchSize',
    'term',
    'lastKnownCommittedOpTime',
    'includeQueryStatsMetrics',
  ]);
  const id = args.values.get('getMore');
  if (typeof id !== 'bigint') throw new MongoError('TypeMismatch', `Field 'getMore' must be of type long`);
  const namespace = `${context.database}.${args.string('collection') ?? ''}`;
  return context.cursors.more(id, namespace, args.integer('batchSize'));
};

export const killCursors: Command = (args, context) => {
  const ids = args.array('cursors') ?? [];
  const killed = ids.filter((id) => typeof id === 'bigint' && context.cursors.kill(id));
  return doc({
    cursorsKilled: killed,
    cursorsNotFound: ids.filter((id) => !killed.includes(id)),
    cursorsAlive: [],
    cursorsUnknown: [],
  });
};

export const countCommand: Command = (args, context) => {
  args.refuseUnknown(['query', 'limit', 'skip', 'hint', 'collation', 'fields']);
  const collection = context.store.find(namespaceOf(context.database, args.collection()));
  checkHint(collection, args.get('hint'));
  refuseCollation(args.get('collation'));
  const filter = args.doc('query') ?? new Map<string, Value>();
  const skip = args.integer('skip') ?? 0;
  const limit = Math.abs(args.integer('limit', Number.MIN_SAFE_INTEGER) ?? 0);
  const isAll = filter.size === 0;
  const total = isAll
    ? (collection?.size ?? 0)
    : findMatches(collection, { filter, variables: commandVariables(undefined) }).length;
  const left = Math.max(0, total - skip);
  return doc({ n: count(limit > 0 ? Math.min(limit, left) : left) });
};

export const distinct: Command = (args, context) => {
  args.refuseUnknown(['key', 'query', 'collation', 'hint']);
  const collection = context.store.find(namespaceOf(context.database, args.collection()));
  checkHint(collection, args.get('hint'));
  refuseCollation(args.get('collation'));
  if (typeof args.required('key') !== 'string')
    throw new MongoError(
      'TypeMismatch',
      `BSON field 'distinct.key' is the wrong type, expected type 'string'`,
    );
  const path = parsePath(args.string('key')!);
  const filter = args.doc('query') ?? new Map<string, Value>();
  const values = new Map<string, Value>();
  for (const { doc: item } of findMatches(collection, { filter, variables: commandVariables(undefined) }))
    anyAt(item, path, false, (value) => {
      for (const each of Array.isArray(value) ? value : value === undefined ? [] : [value]) {
        const key = keyOf(each);
        if (!values.has(key)) values.set(key, each);
      }
      return false;
    });
  return doc({ values: [...values.values()] });
};

/** How a query finds its documents, in the form of mongod's `queryPlanner`. */
export function explainQuery(
  collection: Collection | undefined,
  namespace: string,
  filter: Doc,
  sort: Doc = new Map(),
  limit = Infinity,
): Doc {
  return doc({
    queryPlanner: doc({
      namespace,
      parsedQuery: filter,
      winningPlan: collection ? explainPlan(collection, filter, sort, limit) : doc({ stage: 'EOF' }),
      rejectedPlans: [],
    }),
    command: doc({}),
  });
}

function explainPlan(collection: Collection, filter: Doc, sort: Doc, limit: number): Doc {
  const { index, isSorted } = isNatural(sort)
    ? inNaturalOrder(collection, sort)
    : planQuery(collection, filter, { sort: parseSort(sort), limit });
  const reading = index
    ? doc({
        stage: 'FETCH',
        inputStage: doc({
          stage: 'IXSCAN',
          keyPattern: index.key,
          indexName: index.name,
          isUnique: index.isUnique,
        }),
      })
    : doc({ stage: 'COLLSCAN', direction: 'forward' });
  return isSorted ? reading : doc({ stage: 'SORT', sortPattern: sort, inputStage: reading });
}

export const explain: Command = (args, context) => {
  const inner = args.requiredDoc('explain');
  const [name, collectionName] = inner.entries().next().value ?? ['', null];
  if (typeof collectionName !== 'string') throw notSupported(`explain of ${name}`);
  const namespace = namespaceOf(context.database, collectionName);
  const sort = inner.get('sort');
  const limit = inner.get('limit');
  return explainQuery(
    context.store.find(namespace),
    namespace,
    filterOf(name, inner),
    isDoc(sort) ? sort : undefined,
    typeof limit === 'number' && limit > 0 ? limit : undefined,
  );
};

function filterOf(name: string, command: Doc): Doc {
  const first = (list: string): Doc => (command.get(list) as Doc[] | undefined)?.[0] ?? new Map();
  const candidates: Record<string, () => Value | undefined> = {
    find: () => command.get('filter'),
    count: () => command.get('query'),
    distinct: () => command.get('query'),
    findAndModify: () => command.get('query'),
    update: () => first('updates').get('q'),
    delete: () => first('deletes').get('q'),
    aggregate: () => first('pipeline').get('$match'),
  };
  const read = candidates[name];
  if (!read) throw notSupported(`explain of ${name}`);
  const filter = read();
  return isDoc(filter) ? filter : new Map();
}
