import type { OrderStatus } from '../../../generated/schema.js';
import { Button } from '../../../components/Button.js';
import { words } from '../components/Badge.js';
import { Dialog } from '../components/Dialog.js';
import { TextAreaField } from '../components/TextAreaField.js';
import type { BoardOrderFragment } from './BoardOrder.generated.js';
import { TRANSITION_LABELS } from './transitions.js';

interface MoveDialogProps {
  readonly order: BoardOrderFragment;
  readonly status: OrderStatus;
  /** What was typed when the same was tried before, in vain. */
  readonly note: string;
  readonly onConfirm: (note: string) => void;
  readonly onClose: () => void;
}

/** Asks for a note before an order is moved. */
export function MoveDialog({ order, status, note, onConfirm, onClose }: MoveDialogProps) {
  const isCancel = status === 'CANCELLED';
  return (
    <Dialog
      title={isCancel ? `Cancel ${order.number}?` : `${order.number} to ${words(status)}`}
      onClose={onClose}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onConfirm(String(new FormData(event.currentTarget).get('note') ?? ''));
        }}
      >
        {isCancel && (
          <p className="mb-4">Its items go back to stock, and what was paid is refunded. This is final.</p>
        )}
        <TextAreaField
          label={isCancel ? 'Reason' : 'Note'}
          name="note"
          defaultValue={note}
          maxLength={500}
          hint="Optional. It is kept in the order’s history, where the customer may read it."
        />
        <div className="mt-6 flex flex-wrap justify-end gap-3">
          <Button look="secondary" onClick={onClose}>
            {isCancel ? 'Keep the order' : 'Back'}
          </Button>
          <Button type="submit" look={isCancel ? 'danger' : 'primary'}>
            {isCancel ? 'Cancel the order' : TRANSITION_LABELS[status]}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
