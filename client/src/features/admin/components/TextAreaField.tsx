import { useId, type TextareaHTMLAttributes } from 'react';

interface TextAreaFieldProps extends TextareaHTMLAttributes<HTMLTextAreaElement> {
  readonly label: string;
  readonly error?: string | undefined;
  readonly hint?: string;
}

export function TextAreaField({ label, error, hint, className = '', ...area }: TextAreaFieldProps) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
      </label>
      <textarea
        id={id}
        rows={3}
        {...area}
        aria-invalid={error !== undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        className={`block w-full rounded-lg border bg-white px-3 py-2 dark:bg-stone-900 ${error ? 'border-red-600' : 'border-stone-300 dark:border-stone-700'}`}
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
