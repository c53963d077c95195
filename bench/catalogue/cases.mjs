// What is measured, and the catalogue it is measured on; the same on every run.
const MATERIALS = ['oak', 'steel', 'linen', 'wool', 'glass', 'copper', 'cork', 'slate', 'bamboo', 'felt'];
const KINDS = ['lamp', 'kettle', 'chair', 'blanket', 'bowl', 'clock', 'basket', 'knife', 'mirror', 'shelf'];
const SHADES = ['navy', 'sand', 'moss', 'rust', 'chalk', 'plum', 'ink', 'straw'];
const MAKERS = Array.from({ length: 40 }, (_, index) => `Maker ${index + 1}`);

const at = (list, index) => list[index % list.length];

/** Lines of a catalogue file. Each tenth word of a name is rare, so that searches find few and many. */
export function productRows(count, categories) {
  const rows = [];
  for (let n = 0; n < count; n += 1) {
    const [material, kind, shade] = [
      at(MATERIALS, n),
      at(KINDS, Math.floor(n / 7)),
      at(SHADES, Math.floor(n / 3)),
    ];
    rows.push(
      JSON.stringify({
        sku: `BENCH-${String(n).padStart(6, '0')}`,
        name: `${material} ${kind} ${shade} no ${n}`,
        description: `A ${shade} ${kind} of ${material}, made to be used every day and mended when it breaks. Series ${n % 97}.`,
        category: at(categories, n),
        price: ((500 + ((n * 7919) % 30_000)) / 100).toFixed(2),
        currency: 'EUR',
        stock: String(n % 11 === 0 ? 0 : 1_000),
        attributes: `shade=${shade}; maker=${at(MAKERS, n)}`,
      }),
    );
  }
  return `${rows.join('\n')}\n`;
}

const CARD =
  'id sku name title imageUrl price { amount currency } availability { inStock quantity } variants { id }';
const LIST = `query ($filter: ProductFilter, $sort: ProductSort) {
  products(first: 20, filter: $filter, sort: $sort) { edges { cursor node { ${CARD} } } pageInfo { hasNextPage endCursor } }
}`;
const LIST_WITH_FACETS = LIST.replace(
  'pageInfo',
  `totalCount facets {
    inStockCount categories { count category { slug name } } priceRanges { minPrice maxPrice count }
    attributes { name label values { value count } }
  } pageInfo`,
);
const PRODUCT = `query ($id: ID!) {
  product(id: $id) {
    id sku name description imageUrl price { amount currency } availability { inStock quantity }
    category { slug name path { slug name } } attributes { name label value unit } variants { id sku name }
  }
}`;
const SET_QUANTITY = `mutation ($input: SetCartItemQuantityInput!) {
  setCartItemQuantity(input: $input) {
    cart { id totalQuantity subtotal { amount currency } items { productId name quantity lineTotal { amount } } }
    userErrors { code message }
  }
}`;

const body = (query, variables) => JSON.stringify({ query, variables });
/** Lists that nobody asked for before: each with a limit of its own, above all prices. More than a run can ask for. */
const UNASKED = 40_000;
const unasked = (filterOf) =>
  Array.from({ length: UNASKED }, (_, n) => {
    const { filter, sort } = filterOf(n);
    return { filter: { ...filter, maxPrice: (1_000 + n / 100).toFixed(2) }, sort };
  });
const searches = MATERIALS.flatMap((material) => KINDS.map((kind) => [material, kind.slice(0, 3)]));

/** As the products subgraph reads a filter. */
const query = (words = []) => ({
  words,
  categories: [],
  minPrice: null,
  maxPrice: null,
  inStockOnly: false,
  attributes: [],
  includeArchived: false,
});

/**
 * Each with the requests it sends and the store call below it (see store-calls.mjs). `isForgotten`: all of them again in
 * each run, on an empty cache.
 */
export function createCases({ ids, carts }) {
  const some = ids.slice(0, 50);
  const others = ids.slice(50);
  const find = (words) => ({ filter: { search: words.join(' ') }, sort: 'RELEVANCE' });
  const floor = (kind, inputs, once = false) => ({ kind, inputs, once });
  return [
    {
      name: 'list of 20',
      bodies: [body(LIST, { sort: 'NEWEST' })],
      floor: floor('list', [query()]),
    },
    {
      name: 'list of 20, not kept',
      bodies: unasked(() => ({ sort: 'NEWEST' })).map((variables) => body(LIST, variables)),
      floor: floor('list', [query()]),
      once: true,
    },
    {
      name: 'list of 20 with facets',
      bodies: [body(LIST_WITH_FACETS, { sort: 'NEWEST' })],
      floor: floor('facets', [query()]),
    },
    {
      name: 'search',
      bodies: searches.map((words) => body(LIST, find(words))),
      floor: floor('list', searches.map(query)),
    },
    {
      name: 'search with facets',
      bodies: searches.map((words) => body(LIST_WITH_FACETS, find(words))),
      floor: floor('facets', searches.map(query)),
    },
    {
      name: 'search with facets, not kept',
      bodies: unasked((n) => find(at(searches, n))).map((variables) => body(LIST_WITH_FACETS, variables)),
      floor: floor('facets', searches.map(query)),
      once: true,
    },
    {
      name: 'product, cached',
      bodies: some.map((id) => body(PRODUCT, { id })),
      floor: floor('cached', some),
    },
    {
      name: 'product, not cached',
      bodies: others.map((id) => body(PRODUCT, { id })),
      floor: floor('product', others),
      once: true,
      isForgotten: true,
    },
    {
      name: 'cart change',
      bodies: [2, 3, 4].flatMap((quantity) =>
        carts.map(({ cartId, productId }) => body(SET_QUANTITY, { input: { cartId, productId, quantity } })),
      ),
      floor: floor(
        'cart',
        carts.map(({ cartId }) => cartId),
      ),
    },
  ];
}

/** Guests' carts with three lines each. */
export async function openCarts(ask, ids, count) {
  const carts = [];
  const sold = ids.slice(1, 10);
  for (let n = 0; n < count; n += 1) {
    let cartId;
    for (const productId of [at(sold, n), at(sold, n + 1), at(sold, n + 2)]) {
      const { data, errors } = await ask(
        'mutation ($input: AddToCartInput!) { addToCart(input: $input) { cart { id } userErrors { code message } } }',
        { input: { cartId, productId, quantity: 1 } },
      );
      const problems = errors ?? data.addToCart.userErrors;
      if (problems.length > 0) throw new Error(`No cart: ${JSON.stringify(problems)}`);
      cartId = data.addToCart.cart.id;
    }
    carts.push({ cartId, productId: at(sold, n) });
  }
  return carts;
}
