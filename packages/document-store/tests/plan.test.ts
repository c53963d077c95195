import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { doc, Regex, UNDEFINED, type Doc, type Value } from '../src/bson/types.js';
import { explainQuery, findMatches } from '../src/commands/query.js';
import { Collection } from '../src/storage/collection.js';

const FIELDS = ['a', 'b'] as const;

const scalar = fc.constantFrom<Value>(0, 1, 2, 3, 'x', 'xa', 'y', null, true, new Date(5), UNDEFINED);
const value = fc.oneof(
  { weight: 2, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) as fc.Arbitrary<Value> },
);
const bound = fc.constantFrom<Value>(1, 1, 2, 'x', 'xb', true, new Date(5));
const condition: fc.Arbitrary<Value> = fc.oneof(
  fc.constantFrom<Value>(1, 'x', null, null, new Regex('^x', ''), new Regex('^xa*', ''), [1, 2]),
  fc
    .tuple(fc.constantFrom('$gt', '$gte', '$lt', '$lte', '$eq'), bound)
    .map(([name, it]) => doc({ [name]: it })),
  fc.tuple(bound, bound).map(([low, high]) => doc({ $gte: low, $lte: high })),
  fc.array(bound, { maxLength: 3 }).map((among) => doc({ $in: among })),
  fc.array(bound, { maxLength: 3 }).map((among) => doc({ $in: [new Regex('^x', ''), ...among] })),
  fc.constant(doc({ $in: ['y', new Regex('x', '')] })),
  fc.constant(doc({ $all: [new Regex('^x', ''), new Regex('^y', '')] })),
  fc.constant(doc({ $ne: 1 })),
);
const order = fc.constantFrom(1, -1);
/** Up to all fields, in any order. */
const ordered = fc
  .tuple(fc.shuffledSubarray([...FIELDS], { minLength: 1 }), fc.array(order, { minLength: 2, maxLength: 2 }))
  .map(([names, orders]) => doc(Object.fromEntries(names.map((name, at) => [name, orders[at]!]))));
const filter = fc
  .array(fc.tuple(fc.constantFrom(...FIELDS), condition), { maxLength: 3 })
  .map((conditions) =>
    conditions.length === 0 ? doc({}) : doc({ $and: conditions.map(([name, it]) => doc({ [name]: it })) }),
  );
const documents = fc.array(
  fc.record(Object.fromEntries(FIELDS.map((name) => [name, value])), { requiredKeys: [] }),
  { maxLength: 8 },
);

/** A document cannot have arrays in two fields of one index. */
const arraysIn = (item: object) => Object.values(item).filter(Array.isArray).length;

function collectionOf(
  items: readonly object[],
  indexes: readonly Doc[],
  changes: readonly object[] = [],
): Collection {
  const collection = new Collection('test.things', doc({}), () => {});
  indexes.forEach((key, at) => collection.createIndex(doc({ v: 2, key, name: `i${at}`, sparse: at > 0 })));
  items.forEach((item, at) => collection.insert(doc({ _id: at, ...item })));
  changes.forEach((change, at) => {
    const stored = collection.findById(at);
    if (!stored) return;
    if (at % 3 === 2) collection.remove(stored);
    else collection.replace(stored, doc({ _id: at, ...change }));
  });
  return collection;
}

describe('a query through indexes', () => {
  it('should find the same as one that reads everything, in the same order', () => {
    fc.assert(
      fc.property(
        fc.record({
          items: documents,
          changes: documents,
          indexes: fc.array(ordered, { maxLength: 3 }),
          filter,
          sort: fc.option(ordered),
          limit: fc.option(fc.integer({ min: 1, max: 5 })),
        }),
        ({ items, changes, indexes, filter, sort, limit }) => {
          const fitting = items.filter((item) => arraysIn(item) < 2);
          const later = changes.filter((item) => arraysIn(item) < 2);
          // By _id last, so that there is one right order.
          const query = {
            filter,
            variables: new Map(),
            sort: doc({ ...Object.fromEntries(sort ?? []), _id: 1 }),
            limit: limit ?? undefined,
          };
          const ids = (collection: Collection) =>
            findMatches(collection, query).map((stored) => stored.doc.get('_id'));
          const keys = indexes.map((key) => doc({ ...Object.fromEntries(key), _id: 1 }));
          expect(ids(collectionOf(fitting, keys, later))).toEqual(ids(collectionOf(fitting, [], later)));
          expect(ids(collectionOf(fitting, indexes, later))).toEqual(ids(collectionOf(fitting, [], later)));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('should find an array of which one element meets one condition and another the other', () => {
    const collection = collectionOf([{ a: [1, 9] }, { a: [1, 2] }, { a: 5 }, { a: 9 }], [doc({ a: 1 })]);
    const found = findMatches(collection, {
      filter: doc({ a: doc({ $gte: 4, $lte: 6 }) }),
      variables: new Map(),
    });
    expect(found.map((stored) => stored.doc.get('_id')).toSorted()).toEqual([0, 2]);
  });

  it('should find a value again among thousands that were put in and taken out in any order', () => {
    const collection = collectionOf([], [doc({ a: 1 })]);
    const numbers = Array.from({ length: 3_000 }, (_, at) => (at * 7919) % 3_000);
    for (const number of numbers) collection.insert(doc({ _id: number, a: number }));
    for (const number of numbers) if (number % 3 > 0) collection.remove(collection.findById(number)!);
    const found = findMatches(collection, {
      filter: doc({ a: doc({ $gte: 900, $lt: 960 }) }),
      variables: new Map(),
      sort: doc({ a: -1 }),
    });
    expect(found.map((stored) => stored.doc.get('a'))).toEqual(
      Array.from({ length: 20 }, (_, at) => 957 - 3 * at),
    );
  });
});

describe('the plan of a query', () => {
  const items = Array.from({ length: 50 }, (_, at) => ({ a: at % 2, b: at, c: [`x${at}`, 'y'] }));
  const collection = collectionOf(items, [doc({ a: 1, b: -1 }), doc({ missing: 1 }), doc({ c: 1 })]);
  const planOf = (...query: [filter: Doc, sort?: Doc, limit?: number]) => {
    const plan = explainQuery(collection, 'test.things', ...query).get('queryPlanner') as Doc;
    const stages: string[] = [];
    for (
      let stage = plan.get('winningPlan') as Doc | undefined;
      stage;
      stage = stage.get('inputStage') as Doc
    )
      stages.push((stage.get('indexName') ?? stage.get('stage')) as string);
    return stages.join(' ');
  };

  it('should walk an index in its order, or the other way round, instead of sorting', () => {
    expect(planOf(doc({ a: 1 }), doc({ b: -1 }), 5)).toBe('FETCH i0');
    expect(planOf(doc({ a: 1 }), doc({ b: 1 }), 5)).toBe('FETCH i0');
    expect(planOf(doc({}), doc({ a: 1, b: -1 }))).toBe('FETCH i0');
    expect(planOf(doc({}), doc({ a: 1, b: 1 }))).toBe('SORT COLLSCAN');
  });

  it('should enter an index at the beginning of a word', () => {
    expect(planOf(doc({ c: new Regex('^x4', 'u') }))).toBe('FETCH i2');
    expect(planOf(doc({ c: new Regex('x4', '') }))).toBe('COLLSCAN');
  });

  it('should not look for missing values in an index that leaves them out', () => {
    expect(planOf(doc({ missing: null }))).toBe('COLLSCAN');
    expect(planOf(doc({}), doc({ missing: 1 }))).toBe('SORT COLLSCAN');
  });
});
