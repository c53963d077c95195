// The subgraph that knows products' names. Prints its URL as JSON.
import { startSubgraph } from '../support/subgraph.mjs';
import { nameOf, PRODUCTS } from './schema.mjs';

const url = await startSubgraph(PRODUCTS, {
  Query: { products: () => [] },
  Product: { __resolveReference: ({ upc }) => ({ upc, name: nameOf(upc) }) },
});
console.log(JSON.stringify(url));
process.on('disconnect', () => process.exit(0));
