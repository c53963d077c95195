import { useId, type ReactNode } from 'react';

export interface LabelledProps {
  readonly label: string;
  /** Shown below the control and read with it. */
  readonly error?: string | undefined;
  /** Shown while there is no error. */
  readonly hint?: string | undefined;
  readonly className?: string | undefined;
}

/** Connects a control to its label and note, and gives it its look. */
interface Control {
  readonly id: string;
  readonly 'aria-invalid': boolean;
  readonly 'aria-describedby': string | undefined;
  readonly className: string;
}

/** A control with its label above, and its error or hint below. */
export function Labelled(
  props: LabelledProps & {
    readonly isOptional?: boolean;
    readonly children: (control: Control) => ReactNode;
  },
) {
  const { label, error, hint, className, isOptional = false, children } = props;
  const id = useId();
  const noteId = `${id}-note`;
  const note = error ?? hint;
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
        {isOptional && <span className="font-normal text-stone-600 dark:text-stone-400"> (optional)</span>}
      </label>
      {children({
        id,
        'aria-invalid': error !== undefined,
        'aria-describedby': note ? noteId : undefined,
        className: `block min-h-11 w-full rounded-lg border bg-white px-3 py-2 dark:bg-stone-900 ${error ? 'border-red-600' : 'border-stone-500'}`,
      })}
      {note && (
        <p
          id={noteId}
          className={`mt-1 text-sm ${error ? 'text-red-700 dark:text-red-400' : 'text-stone-600 dark:text-stone-400'}`}
        >
          {note}
        </p>
      )}
    </div>
  );
}
