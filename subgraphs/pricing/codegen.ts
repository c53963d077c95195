/** The types behind the generated resolvers of this subgraph. Paths are relative to src/generated. */
export default {
  contextType: '../context.js#PricingContext',
  mappers: {
    User: '{ id: string }',
    Promotion: '../domain/promotion.js#Promotion as PromotionModel',
  },
};
