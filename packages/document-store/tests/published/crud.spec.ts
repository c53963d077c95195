/**
 * MongoDB's published CRUD specification tests, run with the official driver. They are not part of this project:
 * scripts/published-crud.mjs fetches them and runs this file, which `npm test` does not.
 * `excluded` lists every test that is left out, with the reason.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BSON, type CommandStartedEvent, type Db, type Document, MongoClient } from 'mongodb';
import { mismatch } from './matching.js';
import { runOnCollection, runOnDatabase } from './operations.js';
import { startTestServer, type TestServer } from '../support/server.js';

const folder = process.env['PUBLISHED_CRUD'] ?? '';

/** The release that the document store follows; a real server is expected to be no older. */
const SERVER_VERSION = [8, 0, 0];

const excluded: readonly { test: RegExp; reason: string }[] = [
  { test: /collation/i, reason: 'collations other than simple are refused' },
  {
    test: /^estimatedDocumentCount errors correctly--/,
    reason: 'needs configureFailPoint, a test command of mongod',
  },
  { test: /on views$/, reason: 'views are refused' },
  {
    test: /^(Aggregate with \$listLocalSessions|Aggregate with \$listLocalSessions and allowDiskUse)$/,
    reason: '$listLocalSessions is refused',
  },
];

const exclusionOf = (name: string): string | undefined =>
  excluded.find(({ test }) => test.test(name))?.reason;

const load = (...part: string[]): [string, Document][] =>
  readdirSync(join(folder, ...part))
    .filter((name) => name.endsWith('.json'))
    .map((name) => [
      name.slice(0, -5),
      BSON.EJSON.parse(readFileSync(join(folder, ...part, name), 'utf8')) as Document,
    ]);

const loadFirst = () => [...load('legacy', 'v1', 'read'), ...load('legacy', 'v1', 'write')];

const parse = (version: string): number[] => version.split('.').map(Number);

function compareVersions(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < 3; index += 1)
    if ((a[index] ?? 0) !== (b[index] ?? 0)) return (a[index] ?? 0) - (b[index] ?? 0);
  return 0;
}

/** Tests for other releases of the server or for clusters are not meant for this one. */
function isMeant(requirements: readonly Document[] | undefined): boolean {
  return (
    !requirements ||
    requirements.some(
      ({ minServerVersion, maxServerVersion, topologies }) =>
        (!minServerVersion || compareVersions(SERVER_VERSION, parse(minServerVersion)) >= 0) &&
        (!maxServerVersion || compareVersions(SERVER_VERSION, parse(maxServerVersion)) <= 0) &&
        (!topologies || topologies.includes('single')),
    )
  );
}

let server: TestServer;
let client: MongoClient;
const started: CommandStartedEvent[] = [];

beforeAll(async () => {
  server = await startTestServer();
  client = new MongoClient(server.url, { monitorCommands: true });
  client.on('commandStarted', (event) => started.push(event));
  await client.connect();
});

afterAll(async () => {
  await client.close();
  await server.close();
});

async function fill(db: Db, name: string, documents: Document[]): Promise<void> {
  await db.dropCollection(name);
  if (documents.length > 0) await db.collection(name).insertMany(documents);
  else await db.createCollection(name);
}

const contentOf = (db: Db, name: string): Promise<Document[]> =>
  db.collection(name).find().sort({ _id: 1 }).toArray();

function expectMatch(expected: unknown, actual: unknown): void {
  expect(mismatch(expected, actual)).toBeUndefined();
}

/** What the driver reports in another form than the specification. */
function shaped(result: unknown): unknown {
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return result;
  const shape = result as Document;
  // The driver also returns counts that the server did not send.
  if (shape['acknowledged'] === false) return {};
  if (!('matchedCount' in shape) && !('insertedIds' in shape)) return result;
  const { insertedIds, upsertedIds, upsertedId, ...rest } = shape;
  return {
    ...rest,
    ...(insertedIds
      ? { insertedIds, insertedCount: shape['insertedCount'] ?? Object.keys(insertedIds).length }
      : {}),
    ...(upsertedIds ? { upsertedIds } : {}),
    ...(upsertedId === null || upsertedId === undefined ? {} : { upsertedId }),
  };
}

function expectError(expected: Document, error: Document): void {
  const { isClientError, errorContains, errorCode, errorCodeName, expectResult } = expected;
  const isFromServer =
    typeof error['code'] === 'number' &&
    error.constructor.name.startsWith('Mongo') &&
    !/Argument|API/.test(error.constructor.name);
  if (isClientError !== undefined) expect(isFromServer).toBe(!isClientError);
  if (errorContains)
    expect(String(error['message']).toLowerCase()).toContain(String(errorContains).toLowerCase());
  if (errorCode !== undefined) expect(error['code']).toBe(errorCode);
  if (errorCodeName !== undefined) expect(error['codeName']).toBe(errorCodeName);
  if (expectResult) expectMatch(expectResult, shaped(error['result'] ?? error));
}

describe.each(load('unified'))('the unified CRUD specification: %s', (_file, spec) => {
  const entities = new Map<string, { kind: string; [key: string]: string }>();
  for (const entity of spec['createEntities'] as Document[])
    for (const [kind, content] of Object.entries(entity)) entities.set(content.id, { kind, ...content });
  const dbOf = (id: string): Db => client.db(entities.get(id)!['databaseName']);

  const tests = (spec['tests'] as Document[]).filter(
    (test) =>
      !test['skipReason'] &&
      isMeant(test['runOnRequirements']) &&
      isMeant(spec['runOnRequirements']) &&
      !exclusionOf(test['description']),
  );
  if (tests.length === 0)
    it('holds nothing for a server of this kind and release', () => expect(tests).toEqual([]));

  for (const test of tests)
    it(test['description'], async () => {
      for (const { databaseName, collectionName, documents } of (spec['initialData'] ?? []) as Document[])
        await fill(client.db(databaseName), collectionName, documents);
      started.length = 0;
      for (const operation of test['operations'] as Document[]) {
        const entity = entities.get(operation['object'])!;
        const run = (): Promise<unknown> =>
          entity.kind === 'collection'
            ? runOnCollection(
                dbOf(entity['database']!).collection(
                  entity['collectionName']!,
                  (entity['collectionOptions'] ?? {}) as Document,
                ),
                operation['name'],
                operation['arguments'] ?? {},
              )
            : runOnDatabase(dbOf(operation['object']), operation['name'], operation['arguments'] ?? {});
        const outcome = await run().then(
          (result) => ({ result }),
          (error: Document) => ({ error }),
        );
        if (operation['expectError']) {
          expect(outcome).toHaveProperty('error');
          expectError(operation['expectError'], (outcome as { error: Document }).error);
        } else {
          if ('error' in outcome) throw outcome.error;
          if ('expectResult' in operation) expectMatch(operation['expectResult'], shaped(outcome.result));
        }
      }
      for (const { events } of (test['expectEvents'] ?? []) as Document[]) {
        const seen = started.filter(({ commandName }) => !['endSessions', 'hello'].includes(commandName));
        const wanted = (events as Document[]).map((event) => event['commandStartedEvent'] as Document);
        expect(seen.map(({ commandName }) => commandName)).toEqual(
          wanted.map((event, index) => event['commandName'] ?? seen[index]?.commandName),
        );
        for (const [index, { command }] of wanted.entries()) expectMatch(command ?? {}, seen[index]!.command);
      }
      for (const { databaseName, collectionName, documents } of (test['outcome'] ?? []) as Document[])
        expect(await contentOf(client.db(databaseName), collectionName)).toEqual(documents);
    });
});

describe.each(loadFirst())('the first CRUD specification: %s', (_file, spec) => {
  const tests = (spec['tests'] as Document[]).filter(
    ({ description }) => isMeant([spec]) && !exclusionOf(description),
  );
  if (tests.length === 0)
    it('holds nothing for a server of this kind and release', () => expect(tests).toEqual([]));
  for (const test of tests)
    it(test['description'], async () => {
      const db = client.db('crud-v1');
      await fill(db, 'test', spec['data']);
      const { name, arguments: given = {} } = test['operation'] as Document;
      if (name === 'bulkWrite')
        given['requests'] = (given['requests'] as Document[]).map((request) => ({
          [request['name']]: request['arguments'],
        }));
      const { options, ...rest } = given as Document;
      const outcome = await runOnCollection(db.collection('test'), name, { ...rest, ...options }).then(
        (result) => ({ result }),
        (error: Document) => ({ error }),
      );
      const { error, result, collection } = test['outcome'] as Document;
      if (error) {
        expect(outcome).toHaveProperty('error');
        if (result) expectV1(result, shaped((outcome as { error: Document }).error['result'] ?? {}));
      } else {
        if ('error' in outcome) throw outcome.error;
        if (result !== undefined) expectV1(result, shaped(outcome.result));
      }
      if (collection) expect(await contentOf(db, collection.name ?? 'test')).toEqual(collection.data);
    });
});

/** Counts that the driver no longer reports, and ids it reports in another form, are not looked at. */
function expectV1(expected: unknown, actual: unknown): void {
  if (typeof expected !== 'object' || expected === null || Array.isArray(expected))
    return expectMatch(expected, actual);
  const known = Object.entries(expected).filter(
    ([name]) => actual !== null && typeof actual === 'object' && name in actual,
  );
  expectMatch(Object.fromEntries(known), actual);
}

describe('what is left out', () => {
  const names = [...load('unified'), ...loadFirst()].flatMap(([, spec]) =>
    (spec['tests'] as Document[]).map((test) => String(test['description'])),
  );
  it.each(excluded)('is there for each reason: $reason', ({ test }) => {
    expect(names.some((name) => test.test(name))).toBe(true);
  });
});
