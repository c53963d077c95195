const PRODUCT = 'inStock name price shippingEstimate upc weight';
const AUTHOR = `author { id username name reviews { id body product { ${PRODUCT} } } }`;

/** users → reviews → product → reviews → author, and topProducts with stock and reviews. */
export const NESTED = `query Nested {
  users { id username name reviews { id body product { ${PRODUCT} reviews { id body ${AUTHOR} } } } }
  topProducts { ${PRODUCT} reviews { id body ${AUTHOR} } }
}`;

/** One field of one subgraph. */
export const ONE_FIELD = 'query OneField { users { id } }';
