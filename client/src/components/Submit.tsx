import type { ReactNode } from 'react';
import type { FormState } from '../lib/forms.js';
import { Button } from './Button.js';
import { FormNotices } from './FormNotices.js';

interface SubmitProps {
  readonly form: FormState;
  readonly look?: 'primary' | 'secondary';
  readonly className?: string;
  readonly disabled?: boolean;
  /** The outcome, shown beside the button and read out when it changes. */
  readonly status?: string;
  readonly children: ReactNode;
}

/** The end of a form: its refusals and the button that submits it. */
export function Submit({ form, status, children, ...rest }: SubmitProps) {
  const button = (
    <Button type="submit" isBusy={form.isBusy} {...rest}>
      {children}
    </Button>
  );
  return (
    <>
      <FormNotices form={form} />
      {status === undefined ? (
        button
      ) : (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          {button}
          <p role="status" className="text-sm text-stone-600 dark:text-stone-400">
            {status}
          </p>
        </div>
      )}
    </>
  );
}
