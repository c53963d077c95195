import type { EventEnvelope } from '@cartograph/events';
import type { Clock, Worker } from '@cartograph/kit';
import { newAttempt, newPayment } from '../domain/payment.js';
import type { PaymentsStore, SeenAttempt } from '../store/store.js';

interface Deps {
  readonly store: Pick<PaymentsStore, 'openPayment'>;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Carries out charges. */
  readonly charges: Pick<Worker<SeenAttempt>, 'reserve' | 'wake'>;
  /** Until when a charge that begins now belongs to this process. */
  readonly claimUntil: () => Date;
}

export type OpenPayment = ReturnType<typeof createOpenPayment>;

/** Sets up the payment of a new order and has it charged, at once if this process has a free slot. */
export const createOpenPayment =
  ({ store, clock, newId, charges, claimUntil }: Deps) =>
  async ({ id: eventId, data }: EventEnvelope<'order.placed'>): Promise<void> => {
    const at = clock();
    const state = { status: 'PENDING', failureReason: null, isOrderCancelled: false } as const;
    const payment = newPayment(newId(), data, state, at);
    const attempt = newAttempt(newId(), payment, { number: 1, token: data.paymentToken ?? null }, at);
    const first = { payment, attempt };
    const slot = charges.reserve();
    try {
      // There is a payment already if the cancellation of this order arrived first.
      if (!(await store.openPayment(eventId, first, slot ? claimUntil() : at))) return;
      if (slot) slot.start(first);
      else charges.wake();
    } finally {
      slot?.release();
    }
  };
