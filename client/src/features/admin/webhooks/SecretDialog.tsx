import { useState } from 'react';
import { Button } from '../../../components/Button.js';
import { Dialog } from '../components/Dialog.js';

/** Shows a webhook's secret once; the client does not keep it. */
export function SecretDialog({ secret, onClose }: { readonly secret: string; readonly onClose: () => void }) {
  const [note, setNote] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(secret);
      setNote('Copied.');
    } catch {
      setNote('The browser does not allow copying: select it yourself.');
    }
  };
  return (
    <Dialog title="The webhook’s secret" onClose={onClose}>
      <p>Receivers check signatures with it. It is shown only once: copy it now.</p>
      <p
        data-secret
        className="mt-4 rounded-lg bg-stone-100 p-3 font-mono text-sm break-all select-all dark:bg-stone-950"
      >
        {secret}
      </p>
      <div className="mt-4 flex flex-wrap items-center justify-end gap-3">
        <p role="status" className="mr-auto text-sm">
          {note}
        </p>
        <Button look="secondary" onClick={() => void copy()}>
          Copy
        </Button>
        <Button onClick={onClose}>I have saved it</Button>
      </div>
    </Dialog>
  );
}
