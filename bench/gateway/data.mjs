// The classic federation example's data: users, products and who reviewed what.
const users = [
  { id: '1', name: 'Uri Goldshtein', username: 'urigo', birthday: 1234567890 },
  { id: '2', name: 'Dotan Simha', username: 'dotansimha', birthday: 1234567890 },
  { id: '3', name: 'Kamil Kisiela', username: 'kamilkisiela', birthday: 1234567890 },
  { id: '4', name: 'Arda Tanrikulu', username: 'ardatan', birthday: 1234567890 },
  { id: '5', name: 'Gil Gardosh', username: 'gilgardosh', birthday: 1234567890 },
  { id: '6', name: 'Laurin Quast', username: 'laurin', birthday: 1234567890 },
];
const products = Array.from({ length: 9 }, (_, n) => ({
  upc: String(n + 1),
  name: ['Table', 'Couch', 'Glass', 'Chair', 'TV', 'Lamp', 'Grill', 'Fridge', 'Sofa'][n],
  price: [899, 1299, 15, 499, 1299, 6999, 3999, 100_000, 9999][n],
  weight: [100, 1000, 20, 100, 1000, 300, 2000, 6000, 800][n],
  inStock: n % 2 === 0,
}));
const lorem =
  'Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore. ';
const reviews = Array.from({ length: 11 }, (_, n) => ({
  id: String(n + 1),
  authorId: n < 2 ? '1' : String((n % 6) + 1),
  productUpc: n < 4 ? String(n + 1) : String((n % 4) + 1),
  body: lorem.repeat(1 + (n % 3)),
}));

const productOf = (upc) => products.find((product) => product.upc === upc);
const userOf = (id) => users.find((user) => user.id === id);
const withUser = (review) => ({
  ...review,
  author: { __typename: 'User', id: review.authorId, username: userOf(review.authorId).username },
  product: { upc: review.productUpc },
});

export const resolvers = {
  accounts: {
    Query: { me: () => users[0], user: (_, { id }) => userOf(id), users: () => users },
    User: { __resolveReference: ({ id }) => userOf(id) },
  },
  inventory: {
    Product: {
      __resolveReference: (reference) => ({ ...reference, inStock: productOf(reference.upc)?.inStock }),
      shippingEstimate: ({ price, weight }) =>
        price === undefined || weight === undefined ? null : price > 1000 ? 0 : Math.round(weight / 2),
    },
  },
  products: {
    Query: { topProducts: (_, { first }) => products.slice(0, first) },
    Product: { __resolveReference: ({ upc }) => productOf(upc) },
  },
  reviews: {
    Review: { __resolveReference: ({ id }) => withUser(reviews.find((review) => review.id === id)) },
    User: {
      __resolveReference: ({ id }) => ({ id, username: userOf(id)?.username }),
      numberOfReviews: ({ id }) => reviews.filter(({ authorId }) => authorId === id).length,
      reviews: ({ id }) => reviews.filter(({ authorId }) => authorId === id).map(withUser),
    },
    Product: {
      __resolveReference: ({ upc }) => ({ upc }),
      reviews: ({ upc }) => reviews.filter(({ productUpc }) => productUpc === upc).map(withUser),
    },
  },
};
