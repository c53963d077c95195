import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId, type OpenDatabase } from '@cartograph/kit';
import { createTestDatabase, type TestDatabase } from '@cartograph/testing';
import type { DataSource } from 'typeorm';
import { __name__Database } from '../src/store/database.js';
import { create__Name__Store } from '../src/store/typeorm-store.js';

let database: TestDatabase;
let opened: OpenDatabase<DataSource>;

beforeAll(async () => {
  database = await createTestDatabase();
  opened = await __name__Database.connect(database.url);
});
afterAll(async () => {
  await opened.close();
  await database.drop();
});

describe('the store of __name__', () => {
  it('is brought up to date by any number of processes at once', async () => {
    const others = await Promise.all([1, 2].map(() => __name__Database.connect(database.url)));
    await Promise.all([opened, ...others].map((one) => one.migrate()));
    await Promise.all(others.map((one) => one.close()));
    expect(await create__Name__Store({ database: opened.handle }).count()).toBe(0);
  });

  it('gives back what it was given', async () => {
    const store = create__Name__Store({ database: opened.handle });
    const __entity__ = { id: newId(), authorId: 'carl', text: 'Grüße 🫖', createdAt: new Date() };
    await store.insert(__entity__);
    expect(await store.findByIds([__entity__.id, newId()])).toEqual([__entity__]);
  });
});
