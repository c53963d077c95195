import { useId } from 'react';
import { Button } from '../../../components/Button.js';
import { Field } from '../../../components/Field.js';
import { FormNotices } from '../../../components/FormNotices.js';
import { useForm } from '../../../lib/forms.js';
import { Dialog } from '../components/Dialog.js';
import { useAdminCreateWebhookMutation } from './AdminCreateWebhook.generated.js';

interface CreateWebhookDialogProps {
  readonly eventTypes: readonly string[];
  readonly onCreated: (secret: string) => void;
  readonly onClose: () => void;
}

export function CreateWebhookDialog({ eventTypes, onCreated, onClose }: CreateWebhookDialogProps) {
  const noteId = useId();
  const [create] = useAdminCreateWebhookMutation();
  const form = useForm(['url', 'eventTypes'], async (value, element) => {
    const { data } = await create({
      variables: {
        input: {
          url: value('url').trim(),
          eventTypes: new FormData(element).getAll('eventTypes').map(String),
        },
      },
    });
    const { secret, userErrors = [] } = data?.createWebhook ?? {};
    if (secret) onCreated(secret);
    return userErrors;
  });
  const eventsError = form.errorOf('eventTypes');
  return (
    <Dialog title="New webhook" onClose={onClose}>
      <form onSubmit={form.onSubmit} noValidate className="space-y-4">
        <Field
          label="Address"
          name="url"
          type="url"
          placeholder="https://"
          error={form.errorOf('url')}
          hint="https, and reachable from outside."
        />
        <fieldset aria-describedby={eventsError ? noteId : undefined}>
          <legend className="mb-1 text-sm font-medium">Events</legend>
          <div className="grid gap-x-4 sm:grid-cols-2">
            {eventTypes.map((type) => (
              <label key={type} className="flex min-h-9 items-center gap-2 text-sm">
                <input type="checkbox" name="eventTypes" value={type} className="size-4 accent-leaf-700" />
                {type}
              </label>
            ))}
          </div>
          {eventsError && (
            <p id={noteId} className="mt-1 text-sm text-red-700 dark:text-red-400">
              {eventsError}
            </p>
          )}
        </fieldset>
        <FormNotices form={form} />
        <div className="flex flex-wrap justify-end gap-3">
          <Button look="secondary" onClick={onClose}>
            Back
          </Button>
          <Button type="submit" isBusy={form.isBusy}>
            Create
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
