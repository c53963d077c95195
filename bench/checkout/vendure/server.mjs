// Fills an empty shop with 50 products and serves it; says by IPC when it does.
import { bootstrap, Importer, RequestContextService } from '@vendure/core';
import { populateInitialData } from '@vendure/core/cli/index.js';
import { lastValueFrom } from 'rxjs';
import { config } from './config.mjs';

const initialData = {
  defaultLanguage: 'en',
  defaultZone: 'Europe',
  countries: [{ code: 'CH', name: 'Switzerland', zone: 'Europe' }],
  taxRates: [{ name: 'Standard Tax', percentage: 20 }],
  shippingMethods: [{ name: 'Standard Shipping', price: 500 }],
  paymentMethods: [
    {
      name: 'At once',
      handler: { code: 'dummy-payment-handler', arguments: [{ name: 'automaticSettle', value: 'true' }] },
    },
  ],
  collections: [],
};
const products = [
  'name,slug,description,assets,facets,optionGroups,optionValues,sku,price,taxCategory,stockOnHand,trackInventory,variantAssets,variantFacets',
  ...Array.from(
    { length: 50 },
    (_, n) => `Bench piece ${n},piece-${n},Made to be measured.,,,,,BENCH-${n},12.50,standard,1000000,true,,`,
  ),
].join('\n');

process.once('disconnect', () => process.exit());
const app = await bootstrap(config);
await populateInitialData(app, initialData);
const ctx = await app.get(RequestContextService).create({ apiType: 'admin' });
const { errors } = await lastValueFrom(app.get(Importer).parseAndImport(products, ctx));
if (errors?.length) throw new Error(errors.join('\n'));
process.send('ready');
