// The floor: a plain Node server that makes by hand the least number of fetches that can answer, and nothing else.
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

const BELOW = 'id body author { id username reviews { id body product { upc } } }';
const REVIEWS = `query ($users: [_Any!]!, $products: [_Any!]!) {
  users: _entities(representations: $users) { ... on User { reviews { id body product { upc reviews { ${BELOW} } } } } }
  products: _entities(representations: $products) { ... on Product { reviews { ${BELOW} } } }
}`;
const STOCK =
  'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Product { inStock shippingEstimate } } }';
const AUTHORS = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on User { name } } }';
const PRODUCTS =
  'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Product { name price weight } } }';

const asUser = ({ id }) => ({ __typename: 'User', id });
const asProduct = ({ upc }) => ({ __typename: 'Product', upc });
const withSize = ({ upc, price, weight }) => ({ __typename: 'Product', upc, price, weight });

/**
 * Seven fetches, each of them as soon as it can be made: users and topProducts; the reviews of both, and stock of
 * topProducts; names of authors, and the reviewed products; stock of these. Each entity is fetched once.
 */
async function nested() {
  const [{ users }, { topProducts }] = await Promise.all([
    ask('accounts', '{ users { id username name } }'),
    ask('products', '{ topProducts { upc name price weight } }'),
  ]);
  const topStock = ask('inventory', STOCK, { of: topProducts.map(withSize) });
  const reviews = await ask('reviews', REVIEWS, {
    users: users.map(asUser),
    products: topProducts.map(asProduct),
  });

  const authors = new Map();
  const products = new Map();
  const see = ({ product, author }) => {
    if (product) {
      products.set(product.upc, undefined);
      product.reviews?.forEach(see);
    }
    if (author) {
      authors.set(author.id, undefined);
      author.reviews.forEach(see);
    }
  };
  for (const entity of [...reviews.users, ...reviews.products]) entity.reviews.forEach(see);
  const ids = [...authors.keys()];
  const upcs = [...products.keys()];
  const names = ask('accounts', AUTHORS, { of: ids.map((id) => asUser({ id })) });
  const { _entities: found } = await ask('products', PRODUCTS, { of: upcs.map((upc) => asProduct({ upc })) });
  const { _entities: stock } = await ask('inventory', STOCK, {
    of: found.map((product, index) => withSize({ upc: upcs[index], ...product })),
  });
  upcs.forEach((upc, index) => products.set(upc, { ...found[index], ...stock[index] }));
  (await names)._entities.forEach(({ name }, index) => authors.set(ids[index], name));

  const writeProduct = (upc, { inStock, name, price, shippingEstimate, weight }, below) => ({
    inStock,
    name,
    price,
    shippingEstimate,
    upc,
    weight,
    ...(below && { reviews: below.map(writeReview) }),
  });
  const writeReview = ({ id, body, product, author }) => ({
    id,
    body,
    ...(product && { product: writeProduct(product.upc, products.get(product.upc), product.reviews) }),
    ...(author && {
      author: {
        id: author.id,
        username: author.username,
        name: authors.get(author.id),
        reviews: author.reviews.map(writeReview),
      },
    }),
  });
  const { _entities: ofTop } = await topStock;
  return {
    users: users.map((user, index) => ({ ...user, reviews: reviews.users[index].reviews.map(writeReview) })),
    topProducts: topProducts.map((product, index) =>
      writeProduct(product.upc, { ...product, ...ofTop[index] }, reviews.products[index].reviews),
    ),
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
