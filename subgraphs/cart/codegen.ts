/** The types behind the generated resolvers of this subgraph. Paths are relative to src/generated. */
export default {
  contextType: '../context.js#CartContext',
  mappers: {
    Cart: '../domain/cart.js#Cart as CartModel',
    CartItem: '../domain/cart.js#CartLine as CartLineModel',
    SavedItem: '../domain/cart.js#CartLine as CartLineModel',
    CartPayload: '../resolvers/mutation.js#PayloadModel',
  },
};
