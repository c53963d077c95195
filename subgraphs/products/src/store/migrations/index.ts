import type { Db } from 'mongodb';
import { openCollections } from '../collections.js';
import { createIndexes } from './001-indexes.js';
import { addVariantKeys } from './002-variant-keys.js';
import { addOffers } from './003-offers.js';
import { renewSearchWords } from './004-search-words.js';
import { createSentEvents } from './005-sent-events.js';

/** In this order. Each is safe to repeat and to race, so the database keeps no record of them. */
const MIGRATIONS = [createIndexes, addVariantKeys, addOffers, renewSearchWords, createSentEvents];

/** Brings the database up to date. */
export async function migrate(db: Db): Promise<void> {
  const collections = openCollections(db);
  for (const migration of MIGRATIONS) await migration(collections);
}
