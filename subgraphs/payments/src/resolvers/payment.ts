import { isId } from '@cartograph/kit';
import { toMoneyOutput } from '@cartograph/money';
import { canRetry } from '../domain/payment.js';
import type { PaymentResolvers, RefundResolvers } from '../generated/graphql.js';

export const Payment: PaymentResolvers = {
  __resolveReference: ({ id }, { payments }) => (isId(id) ? payments.load(id) : null),
  order: ({ orderId }) => ({ id: orderId }),
  amount: ({ amount }) => toMoneyOutput(amount),
  canRetry,
  refunds: ({ id }, _, { refunds }) => refunds.load(id),
  attempts: ({ id }, _, { attempts }) => attempts.load(id),
};

export const Refund: RefundResolvers = { amount: ({ amount }) => toMoneyOutput(amount) };
