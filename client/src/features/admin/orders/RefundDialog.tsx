import { Button } from '../../../components/Button.js';
import { Field } from '../../../components/Field.js';
import { FormNotices } from '../../../components/FormNotices.js';
import { useForm } from '../../../lib/forms.js';
import type { SendOnce } from '../../../lib/use-send-once.js';
import { isDecimal } from '../components/decimal.js';
import { Dialog } from '../components/Dialog.js';
import { TextAreaField } from '../components/TextAreaField.js';
import type { AdminPaymentFragment } from './AdminPayment.generated.js';
import { useAdminRefundPaymentMutation } from './AdminRefundPayment.generated.js';

interface RefundDialogProps {
  readonly payment: AdminPaymentFragment;
  /** Of the page: this dialog may be closed and opened again before there is an answer. */
  readonly sendOnce: SendOnce;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** Gives money back, all of it or a part. */
export function RefundDialog({ payment, sendOnce, onDone, onClose }: RefundDialogProps) {
  const [refund] = useAdminRefundPaymentMutation();
  const { currency } = payment.amount;
  const form = useForm(['amount', 'amount.amount', 'reason'], async (value) => {
    const amount = value('amount').trim();
    if (amount && !isDecimal(amount))
      return [{ message: 'Enter an amount such as 12.50.', field: ['amount'] }];
    const input = {
      paymentId: payment.id,
      amount: amount ? { amount, currency } : null,
      reason: value('reason').trim() || null,
    };
    const { data } = await sendOnce(input, (keyed) => refund({ variables: { input: keyed } }));
    const errors = data?.refundPayment.userErrors ?? [];
    if (errors.length === 0) onDone();
    return errors;
  });
  return (
    <Dialog title="Refund the customer" onClose={onClose}>
      <form onSubmit={form.onSubmit} className="space-y-4" noValidate>
        <FormNotices form={form} />
        <Field
          label={`Amount in ${currency}`}
          name="amount"
          inputMode="decimal"
          error={form.errorOf('amount.amount') ?? form.errorOf('amount')}
          hint="If empty, everything that is left of the payment."
        />
        <TextAreaField
          label="Reason"
          name="reason"
          maxLength={500}
          error={form.errorOf('reason')}
          hint="Optional; shown to the customer. The order itself does not change."
        />
        <div className="flex flex-wrap justify-end gap-3 pt-2">
          <Button look="secondary" onClick={onClose}>
            Back
          </Button>
          <Button type="submit" look="danger" isBusy={form.isBusy}>
            Refund
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
