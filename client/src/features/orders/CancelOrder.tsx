import { useRef } from 'react';
import { Button } from '../../components/Button.js';
import { FormNotices } from '../../components/FormNotices.js';
import { useForm } from '../../lib/forms.js';
import { useCancelOrderMutation } from './CancelOrder.generated.js';

/** Cancels an order after a confirmation. */
export function CancelOrder({ orderId, number }: { readonly orderId: string; readonly number: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [cancel] = useCancelOrderMutation();
  const form = useForm([], async (value) => {
    const reason = value('reason').trim();
    const { data } = await cancel({ variables: { input: { orderId, ...(reason && { reason }) } } });
    if (data?.cancelOrder.order) dialog.current?.close();
    return data?.cancelOrder.userErrors ?? [];
  });
  return (
    <>
      <Button look="secondary" onClick={() => dialog.current?.showModal()}>
        Cancel this order
      </Button>
      <dialog
        ref={dialog}
        aria-labelledby="cancel-title"
        className="m-auto w-[min(28rem,calc(100vw-2rem))] rounded-2xl bg-paper p-6 text-ink backdrop:bg-black/40 dark:bg-stone-900 dark:text-stone-100"
      >
        <form onSubmit={form.onSubmit} className="space-y-4">
          <h2 id="cancel-title" className="font-display text-2xl">
            Cancel {number}?
          </h2>
          <p>The items go back to the shelf, and what you paid comes back to you.</p>
          <label className="block text-sm font-medium">
            Why? <span className="font-normal text-stone-600 dark:text-stone-400">(optional)</span>
            <input
              name="reason"
              maxLength={500}
              className="mt-1 block min-h-11 w-full rounded-lg border border-stone-300 bg-white px-3 font-normal dark:border-stone-700 dark:bg-stone-950"
            />
          </label>
          <FormNotices form={form} />
          <div className="flex flex-wrap justify-end gap-2">
            <Button look="quiet" onClick={() => dialog.current?.close()}>
              Keep it
            </Button>
            <Button type="submit" look="danger" isBusy={form.isBusy}>
              Cancel the order
            </Button>
          </div>
        </form>
      </dialog>
    </>
  );
}
