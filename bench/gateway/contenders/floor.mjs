// The floor: a plain Node server that does by hand the least number of fetches that can answer, and nothing else.
import { createServer } from 'node:http';
import { Pool } from 'undici';

const urls = JSON.parse(process.env.SUBGRAPHS);
const pools = Object.fromEntries(
  Object.entries(urls).map(([name, url]) => [name, new Pool(new URL(url).origin, { connections: 64 })]),
);

async function ask(name, query, variables) {
  const { body } = await pools[name].request({
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return JSON.parse(await body.text()).data;
}

const REVIEWS =
  '{ id body product { upc reviews { id body author { id username reviews { id body product { upc } } } } } }';
const TOP_REVIEWS = '{ id body author { id username reviews { id body product { upc } } } }';

/** Seven fetches: users and topProducts; all reviews, and stock of topProducts; authors, products; stock of the rest. */
async function nested() {
  const [{ users }, { topProducts }] = await Promise.all([
    ask('accounts', '{ users { id username name } }'),
    ask('products', '{ topProducts { upc name price weight } }'),
  ]);
  const known = new Map(topProducts.map((product) => [product.upc, product]));
  const [{ u, p }, { _entities: stock }] = await Promise.all([
    ask(
      'reviews',
      `query ($u: [_Any!]!, $p: [_Any!]!) { u: _entities(representations: $u) { ... on User { reviews ${REVIEWS} } } p: _entities(representations: $p) { ... on Product { reviews ${TOP_REVIEWS} } } }`,
      {
        u: users.map(({ id }) => ({ __typename: 'User', id })),
        p: topProducts.map(({ upc }) => ({ __typename: 'Product', upc })),
      },
    ),
    ask(
      'inventory',
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product { inStock shippingEstimate } } }',
      {
        r: topProducts.map(({ upc, price, weight }) => ({ __typename: 'Product', upc, price, weight })),
      },
    ),
  ]);
  const authors = new Map();
  const unknown = new Set();
  const seeReview = (review) => {
    if (review.product) {
      if (!known.has(review.product.upc)) unknown.add(review.product.upc);
      review.product.reviews?.forEach(seeReview);
    }
    if (review.author) {
      authors.set(review.author.id, undefined);
      review.author.reviews.forEach(seeReview);
    }
  };
  u.forEach(({ reviews }) => reviews.forEach(seeReview));
  p.forEach(({ reviews }) => reviews.forEach(seeReview));
  topProducts.forEach((product, index) => known.set(product.upc, { ...product, ...stock[index] }));
  const ids = [...authors.keys()];
  const missing = [...unknown];
  const [{ _entities: names }, found] = await Promise.all([
    ask('accounts', 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { name } } }', {
      r: ids.map((id) => ({ __typename: 'User', id })),
    }),
    missing.length === 0
      ? ask(
          'products',
          'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product { name price weight } } }',
          { r: topProducts.map(({ upc }) => ({ __typename: 'Product', upc })) },
        )
      : ask(
          'products',
          'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product { name price weight } } }',
          { r: missing.map((upc) => ({ __typename: 'Product', upc })) },
        ),
  ]);
  ids.forEach((id, index) => authors.set(id, names[index].name));
  const rest = missing.map((upc, index) => ({ __typename: 'Product', upc, ...found._entities[index] }));
  const { _entities: restStock } = await ask(
    'inventory',
    'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product { inStock shippingEstimate } } }',
    {
      r:
        rest.length > 0
          ? rest.map(({ __typename, upc, price, weight }) => ({ __typename, upc, price, weight }))
          : [],
    },
  );
  rest.forEach((product, index) => known.set(product.upc, { ...product, ...restStock[index] }));
  const fill = ({ upc, reviews }) => {
    const { inStock, name, price, shippingEstimate, weight } = known.get(upc);
    return {
      inStock,
      name,
      price,
      shippingEstimate,
      upc,
      weight,
      ...(reviews && { reviews: reviews.map(fillReview) }),
    };
  };
  const fillReview = ({ id, body, product, author }) => ({
    id,
    body,
    ...(product && { product: fill(product) }),
    ...(author && {
      author: {
        id: author.id,
        username: author.username,
        name: authors.get(author.id),
        reviews: author.reviews.map(fillReview),
      },
    }),
  });
  return {
    users: users.map((user, index) => ({ ...user, reviews: u[index].reviews.map(fillReview) })),
    topProducts: topProducts.map((product, index) => fill({ upc: product.upc, reviews: p[index].reviews })),
  };
}

createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk) => (body += chunk));
  request.on('end', async () => {
    const { query } = JSON.parse(body);
    const data = query.startsWith('query Nested')
      ? await nested()
      : await ask('accounts', '{ users { id } }');
    const text = JSON.stringify({ data });
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
      .end(text);
  });
}).listen(Number(process.env.PORT), '127.0.0.1');
