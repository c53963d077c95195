import { beforeAll, describe, expect, it } from '@jest/globals';
import type { GraphClient } from '@cartograph/testing';
import { getNamedType, isEnumType } from 'graphql';
import type { PopulatedShop } from './populated-shop.js';
import { objectTypes, readSchema } from './schema-walk.js';
import { waysToAll } from './ways.js';

const api = readSchema('schema/api.graphql');
const ID = '019c0000-0000-7000-8000-000000000000';

/** What an attacker or a broken client may put into a part of a cursor. */
const PARTS: readonly unknown[] = [
  ...[null, true, {}, [], { $gt: '' }, [['x']]],
  ...[
    '',
    'x',
    '\u0000',
    '\ud800',
    'x'.repeat(5_000),
    '$where',
    ID,
    ID.toUpperCase(),
    `${ID}\u0000`,
    '0'.repeat(24),
  ],
  ...[
    '2026-02-30T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '-271821-04-20T00:00:00.000Z',
    '+275760-09-13T00:00:00.000Z',
  ],
  ...[0, -1, 1.5, 2 ** 53, -(2 ** 63), 1e308, 8.64e15, -8.64e15],
];

/** All cursors that differ from a real one in one part, in how many parts there are, or in their order. */
function variantsOf(cursor: string): string[] {
  const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
  const changed = parts.flatMap((_, at) => PARTS.map((part) => parts.with(at, part)));
  const [list, ...key] = parts;
  const lists: unknown[] = [
    ...changed,
    [list],
    [list, ...key, ...key],
    [list, ...key.toReversed()],
    [],
    {},
    null,
    'x',
  ];
  return [
    ...lists.map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
    '',
    'x',
    cursor.slice(1),
  ];
}

/** Every field of the API that takes a cursor, once for each of its sort orders, with the way to it. */
function connectionsIn(shop: PopulatedShop) {
  const ways = waysToAll(api, shop).set('Query', (it) => it);
  return objectTypes(api).flatMap((type) =>
    Object.values(type.getFields())
      .filter(({ args }) => type.name !== 'Subscription' && args.some(({ name }) => name === 'after'))
      .flatMap((field) => {
        const sort = getNamedType(field.args.find(({ name }) => name === 'sort')?.type);
        const sorts = isEnumType(sort) ? sort.getValues().map(({ name }) => `, sort: ${name}`) : [''];
        return sorts.map((order) => ({
          name: `${type.name}.${field.name}${order}`,
          operation: (declared: string, after: string) =>
            `query ${declared} { ${ways.get(type.name)!(`${field.name}(first: 1${after}${order}) { edges { cursor } }`)} }`,
        }));
      }),
  );
}

const cursorIn = (data: unknown): string | undefined =>
  /"cursor":"([^"]+)"/.exec(JSON.stringify(data ?? null))?.[1];

/** Changes every part of a cursor of every connection of the gateway. */
export function describeCursors(started: () => PopulatedShop): void {
  describe('A cursor of any connection, with any part of it changed', () => {
    let shop: PopulatedShop;
    let admin: GraphClient;
    beforeAll(() => {
      shop = started();
      admin = shop.askers.find(({ name }) => name === 'an admin')!.client;
    });

    it('should be refused or lead to a page, and never to a fault', async () => {
      const connections = connectionsIn(shop);
      expect(connections.length).toBeGreaterThan(10);
      const faults: unknown[] = [];
      for (const { name, operation } of connections) {
        const { data } = await admin.query(operation('', ''));
        const cursor = cursorIn(data);
        // An empty list would prove nothing.
        expect([name, cursor]).toEqual([name, expect.any(String)]);
        const answers = await Promise.all(
          variantsOf(cursor!).map(async (after) => ({
            after,
            ...(await admin.query(operation('($after: String)', ', after: $after'), { after })),
          })),
        );
        for (const { after, status, errors = [] } of answers) {
          const codes = errors.map(({ extensions }) => extensions?.code);
          if (status < 500 && codes.every((code) => code === 'BAD_USER_INPUT')) continue;
          faults.push({
            name,
            cursor: Buffer.from(after, 'base64url').toString().slice(0, 200),
            status,
            codes,
          });
        }
      }
      expect(faults).toEqual([]);
    }, 240_000);
  });
}
