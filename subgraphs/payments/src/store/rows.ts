import { money, type Payment, type PaymentAttempt, type Refund } from '../domain/payment.js';
import type { AttemptRow, PaymentRow, RefundRow } from './tables.js';

export const toPayment = ({ amountMinor, currency, ...payment }: PaymentRow): Payment => ({
  ...payment,
  amount: money(Number(amountMinor), currency),
});

export const toAttempt = ({ dueAt: _due, ...attempt }: AttemptRow): PaymentAttempt => attempt;

export const toRefund = ({ dueAt: _due, amountMinor, currency, ...refund }: RefundRow): Refund => ({
  ...refund,
  amount: money(Number(amountMinor), currency),
});
