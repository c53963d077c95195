/** The types behind the generated resolvers of this subgraph. Paths are relative to src/generated. */
export default {
  contextType: '../context.js#OrdersContext',
  mappers: {
    Order: '../domain/order.js#Order as OrderModel',
    OrderItem: '../domain/order.js#OrderItem as OrderItemModel',
    OrderEvent: '../resolvers/order-event.js#EventModel',
    OrderActor: '../resolvers/order-event.js#ActorModel',
    OrderConnection: '../use-cases/list-orders.js#OrderList',
    User: '{ id: string }',
    Product: '{ id: string }',
  },
};
