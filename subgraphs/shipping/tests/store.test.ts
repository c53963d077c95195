import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger, type OpenDatabase } from '@cartograph/kit';
import { createTestDatabase, type TestDatabase } from '@cartograph/testing';
import type { DataSource } from 'typeorm';
import { overlapOf } from '../src/domain/area.js';
import { addSampleZones } from '../src/sample/add-sample-zones.js';
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
    expect(await createShippingStore({ database: opened.handle }).findZones()).toEqual([]);
  });

  it('gets the sample zones once when processes race, and none of them overlap', async () => {
    const store = createShippingStore({ database: opened.handle });
    const logger = createLogger('test', 'silent');
    const add = () => addSampleZones({ store, currency: 'JPY', clock: () => new Date(), logger });
    await Promise.all([add(), add(), add()]);
    await add();
    const zones = await store.findZones();
    expect(zones.map(({ name }) => name)).toEqual([
      'Germany',
      'German islands',
      'European Union',
      'Rest of Europe',
      'Rest of the world',
    ]);
    for (const one of zones)
      for (const other of zones)
        if (one !== other)
          expect(
            one.areas.flatMap((left) => other.areas.map((right) => overlapOf(left, right))).filter(Boolean),
          ).toEqual([]);
    expect(zones.every(({ methods }) => methods.length > 0)).toBe(true);
  });

  it('changes nothing if the decision throws', async () => {
    const store = createShippingStore({ database: opened.handle });
    const before = await store.findZones();
    const refuse = () => {
      throw new Error('No');
    };
    await expect(store.change(refuse)).rejects.toThrow('No');
    expect(await store.findZones()).toEqual(before);
  });
});
