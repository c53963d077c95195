import { useId, type SelectHTMLAttributes } from 'react';

interface SelectFieldProps extends SelectHTMLAttributes<HTMLSelectElement> {
  readonly label: string;
  readonly error?: string | undefined;
}

export function SelectField({ label, error, className = '', children, ...select }: SelectFieldProps) {
  const id = useId();
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
      </label>
      <select
        id={id}
        {...select}
        aria-invalid={error !== undefined}
        aria-describedby={error ? `${id}-note` : undefined}
        className={`block min-h-11 w-full rounded-lg border bg-white px-3 py-2 dark:bg-stone-900 ${error ? 'border-red-600' : 'border-stone-300 dark:border-stone-700'}`}
      >
        {children}
      </select>
      {error && (
        <p id={`${id}-note`} className="mt-1 text-sm text-red-700 dark:text-red-400">
          {error}
        </p>
      )}
    </div>
  );
}
