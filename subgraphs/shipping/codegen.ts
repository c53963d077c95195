/** The types behind the generated resolvers of this subgraph. Paths are relative to src/generated. */
export default {
  contextType: '../context.js#ShippingContext',
  mappers: {
    User: '{ id: string }',
    Method: '../domain/method.js#Method as MethodModel',
  },
};
