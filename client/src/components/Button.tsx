import type { ButtonHTMLAttributes } from 'react';

export type Look = 'primary' | 'secondary' | 'quiet' | 'danger';

const LOOKS: Record<Look, string> = {
  primary: 'bg-leaf-800 text-white hover:bg-leaf-700 dark:bg-leaf-600 dark:hover:bg-leaf-700',
  secondary:
    'border border-stone-300 bg-white hover:border-stone-400 dark:border-stone-700 dark:bg-stone-900 dark:hover:border-stone-500',
  quiet: 'hover:bg-stone-200/60 dark:hover:bg-stone-800',
  danger: 'bg-red-700 text-white hover:bg-red-800',
};

/** The classes of a button, also for links that look like one. */
export const buttonLook = (look: Look, className = ''): string =>
  `inline-flex min-h-11 items-center justify-center gap-2 rounded-lg px-4 py-2 font-medium transition-colors disabled:cursor-not-allowed disabled:opacity-60 aria-busy:cursor-progress aria-busy:opacity-60 ${LOOKS[look]} ${className}`;

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: Look;
  /** Shows progress and ignores a second click. The button is not disabled, because it would lose the focus. */
  readonly isBusy?: boolean;
}

export function Button({
  look = 'primary',
  isBusy = false,
  className = '',
  children,
  onClick,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-disabled={isBusy || undefined}
      aria-busy={isBusy}
      onClick={(event) => (isBusy ? event.preventDefault() : onClick?.(event))}
      className={buttonLook(look, className)}
    >
      {isBusy && (
        <span
          aria-hidden
          className="size-4 animate-spin rounded-full border-2 border-current border-r-transparent"
        />
      )}
      {children}
    </button>
  );
}
