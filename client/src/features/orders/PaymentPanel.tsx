import { Button } from '../../components/Button.js';
import { FormNotices } from '../../components/FormNotices.js';
import { Moment } from '../../components/Moment.js';
import { Panel } from '../../components/Panel.js';
import { PaymentChoice } from '../../components/PaymentChoice.js';
import { formatPrice } from '../../components/Price.js';
import type { OrderPartsFragment } from '../../graphql/OrderParts.generated.js';
import { useForm } from '../../lib/forms.js';
import { useRetryPaymentMutation } from './RetryPayment.generated.js';

const WORDS = {
  PENDING: 'Waiting for the bank …',
  SUCCEEDED: 'Paid',
  FAILED: 'Declined',
  REFUNDED: 'Refunded',
};

/** The order's payment, and a way to retry if it failed. */
export function PaymentPanel({ order }: { readonly order: OrderPartsFragment }) {
  const { payment, status, reservedUntil } = order;
  const isCancelled = status === 'CANCELLED';
  return (
    <Panel>
      <h2 className="font-display text-xl">Payment</h2>
      <p className="mt-2" role="status" data-payment={payment?.status ?? 'NONE'}>
        {payment ? WORDS[payment.status] : isCancelled ? 'Never charged' : 'Being set up …'}
        {payment?.status === 'SUCCEEDED' && ` · ${formatPrice(order.total)}`}
        {payment?.failureReason && `: ${payment.failureReason}`}
      </p>
      {payment?.refunds.map((refund) => (
        <p key={refund.id} className="mt-1 text-sm text-stone-600 dark:text-stone-400">
          {formatPrice(refund.amount)}{' '}
          {refund.status === 'SUCCEEDED' ? 'paid back' : 'on its way back to you'}
        </p>
      ))}
      {status === 'PENDING' && payment?.canRetry && (
        <RetryForm paymentId={payment.id} reservedUntil={reservedUntil ?? null} />
      )}
    </Panel>
  );
}

function RetryForm({
  paymentId,
  reservedUntil,
}: {
  readonly paymentId: string;
  readonly reservedUntil: string | null;
}) {
  const [retry] = useRetryPaymentMutation();
  const form = useForm([], async (value) => {
    const { data } = await retry({
      variables: { input: { paymentId, paymentToken: value('paymentToken') } },
    });
    return data?.retryPayment.userErrors ?? [];
  });
  return (
    <form onSubmit={form.onSubmit} className="mt-4 space-y-4">
      {reservedUntil && (
        <p className="text-sm">
          Your items are held until <Moment at={reservedUntil} as="time" />.
        </p>
      )}
      <PaymentChoice />
      <FormNotices form={form} />
      <Button type="submit" isBusy={form.isBusy}>
        Pay again
      </Button>
    </form>
  );
}
