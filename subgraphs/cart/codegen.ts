/** The types behind the generated resolvers of this subgraph; paths are seen from src/generated. */
export default {
  contextType: '../app.js#CartContext',
  mappers: {
    Cart: '../domain/cart.js#Cart as CartModel',
    CartItem: '../domain/cart.js#CartLine as CartLineModel',
    SavedItem: '../domain/cart.js#CartLine as CartLineModel',
    CartPayload: '../resolvers.js#PayloadModel',
  },
};
