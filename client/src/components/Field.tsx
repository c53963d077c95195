import { useId, type InputHTMLAttributes } from 'react';

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly label: string;
  /** Shown beside the field and read with it. */
  readonly error?: string | undefined;
  readonly hint?: string;
}

export function Field({ label, error, hint, className = '', ...input }: FieldProps) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
        {input.required === false && (
          <span className="font-normal text-stone-600 dark:text-stone-400"> (optional)</span>
        )}
      </label>
      <input
        id={id}
        {...input}
        aria-invalid={error !== undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        className={`block min-h-11 w-full rounded-lg border bg-white px-3 py-2 dark:bg-stone-900 ${error ? 'border-red-600' : 'border-stone-300 dark:border-stone-700'}`}
      />
      {note && (
        <p
          id={`${id}-note`}
          className={`mt-1 text-sm ${error ? 'text-red-700 dark:text-red-400' : 'text-stone-600 dark:text-stone-400'}`}
        >
          {note}
        </p>
      )}
    </div>
  );
}
