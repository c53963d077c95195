/** The types behind the generated resolvers of this subgraph. Paths are relative to src/generated. */
export default {
  contextType: '../context.js#ShippingContext',
  mappers: {
    Cart: '../resolvers/cart.js#CartRepresentation',
    Product: '{ id: string }',
    Shop: '{}',
    ShippingMethod: '../domain/method.js#Method as MethodModel',
    ShippingOption: '../domain/zone.js#Option as OptionModel',
    ShippingRate: '../resolvers/zone.js#RateModel',
    ShippingZone: '../domain/zone.js#Zone as ZoneModel',
  },
};
