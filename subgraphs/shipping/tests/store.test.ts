import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId, type OpenDatabase } from '@cartograph/kit';
import { createTestDatabase, type TestDatabase } from '@cartograph/testing';
import type { DataSource } from 'typeorm';
import { shippingDatabase } from '../src/store/database.js';
import { createShippingStore } from '../src/store/typeorm-store.js';

let database: TestDatabase;
let opened: OpenDatabase<DataSource>;

beforeAll(async () => {
  database = await createTestDatabase();
  opened = await shippingDatabase.connect(database.url);
});
afterAll(async () => {
  await opened.close();
  await database.drop();
});

describe('the store of shipping', () => {
  it('is brought up to date by any number of processes at once', async () => {
    const others = await Promise.all([1, 2].map(() => shippingDatabase.connect(database.url)));
    await Promise.all([opened, ...others].map((one) => one.migrate()));
    await Promise.all(others.map((one) => one.close()));
    expect(await createShippingStore({ database: opened.handle }).count()).toBe(0);
  });

  it('gives back what it was given', async () => {
    const store = createShippingStore({ database: opened.handle });
    const method = { id: newId(), authorId: 'carl', text: 'Grüße 🫖', createdAt: new Date() };
    await store.insert(method);
    expect(await store.findByIds([method.id, newId()])).toEqual([method]);
  });
});
