import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrateDatabase, newId } from '@cartograph/kit';
import { createTestDatabase, type TestDatabase } from '@cartograph/testing';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../src/store/data-source.js';
import { create__Name__Store } from '../src/store/typeorm-store.js';

let database: TestDatabase;
let source: DataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  source = await createDataSource(database.url).initialize();
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

describe('the store of __name__', () => {
  it('is brought up to date by any number of processes at once', async () => {
    const others = await Promise.all([1, 2].map(() => createDataSource(database.url).initialize()));
    await Promise.all([source, ...others].map((one) => migrateDatabase(one)));
    await Promise.all(others.map((one) => one.destroy()));
    expect(await create__Name__Store(source).count()).toBe(0);
  });

  it('gives back what it was given', async () => {
    const store = create__Name__Store(source);
    const __entity__ = { id: newId(), authorId: 'carl', text: 'Grüße 🫖', createdAt: new Date() };
    await store.insert(__entity__);
    expect(await store.findByIds([__entity__.id, newId()])).toEqual([__entity__]);
  });
});
