import { isId, Refusal, type Identity } from '@cartograph/kit';
import type { Payment } from '../domain/payment.js';
import type { PaymentsTransaction } from '../store/store.js';

/**
 * Locks a payment that this identity may change.
 * @throws Refusal NOT_FOUND
 */
export async function lockOwnPayment(
  tx: Pick<PaymentsTransaction, 'lockPayment'>,
  identity: Identity,
  id: string,
): Promise<Payment> {
  const payment = isId(id) ? await tx.lockPayment(id) : undefined;
  const isVisible =
    identity.kind === 'user' && (identity.role === 'ADMIN' || payment?.customerId === identity.userId);
  if (!payment || !isVisible) throw new Refusal('NOT_FOUND', 'Payment not found.', ['paymentId']);
  return payment;
}
