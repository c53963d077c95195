/** The types behind the generated resolvers of this subgraph; paths are seen from src/generated. */
export default {
  contextType: '../app.js#OrdersContext',
  mappers: {
    Order: '../domain/order.js#Order as OrderModel',
    OrderItem: '../domain/order.js#OrderItem as OrderItemModel',
    OrderEvent: '../resolvers.js#EventModel',
    OrderActor: '../resolvers.js#ActorModel',
    OrderConnection: '../order-list.js#OrderList',
    User: '{ id: string }',
    Product: '{ id: string }',
  },
};
