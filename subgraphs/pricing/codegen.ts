/** The types behind the generated resolvers of this subgraph. Paths are relative to src/generated. */
export default {
  contextType: '../context.js#PricingContext',
  mappers: {
    Cart: '../resolvers/cart.js#CartRepresentation',
    Coupon: '../domain/coupon.js#Coupon as CouponModel',
  },
};
