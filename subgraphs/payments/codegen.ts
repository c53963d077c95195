/** The types behind the generated resolvers of this subgraph; paths are seen from src/generated. */
export default {
  contextType: '../context.js#PaymentsContext',
  mappers: {
    Order: '{ id: string }',
    Payment: '../domain/payment.js#Payment as PaymentModel',
    PaymentAttempt: '../domain/payment.js#PaymentAttempt as PaymentAttemptModel',
    Refund: '../domain/payment.js#Refund as RefundModel',
  },
};
