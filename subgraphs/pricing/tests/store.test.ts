import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId, type OpenDatabase } from '@cartograph/kit';
import { createTestDatabase, type TestDatabase } from '@cartograph/testing';
import type { DataSource } from 'typeorm';
import { pricingDatabase } from '../src/store/database.js';
import { createPricingStore } from '../src/store/typeorm-store.js';

let database: TestDatabase;
let opened: OpenDatabase<DataSource>;

beforeAll(async () => {
  database = await createTestDatabase();
  opened = await pricingDatabase.connect(database.url);
});
afterAll(async () => {
  await opened.close();
  await database.drop();
});

describe('the store of pricing', () => {
  it('is brought up to date by any number of processes at once', async () => {
    const others = await Promise.all([1, 2].map(() => pricingDatabase.connect(database.url)));
    await Promise.all([opened, ...others].map((one) => one.migrate()));
    await Promise.all(others.map((one) => one.close()));
    expect(await createPricingStore({ database: opened.handle }).count()).toBe(0);
  });

  it('gives back what it was given', async () => {
    const store = createPricingStore({ database: opened.handle });
    const promotion = { id: newId(), authorId: 'carl', text: 'Grüße 🫖', createdAt: new Date() };
    await store.insert(promotion);
    expect(await store.findByIds([promotion.id, newId()])).toEqual([promotion]);
  });
});
