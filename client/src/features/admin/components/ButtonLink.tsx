import type { ReactNode } from 'react';
import { Link } from 'react-router';

const LOOKS = {
  primary: 'bg-leaf-800 text-white hover:bg-leaf-700 dark:bg-leaf-600 dark:hover:bg-leaf-700',
  secondary:
    'border border-stone-300 bg-white hover:border-stone-400 dark:border-stone-700 dark:bg-stone-900 dark:hover:border-stone-500',
};

interface ButtonLinkProps {
  readonly to: string;
  readonly look?: keyof typeof LOOKS;
  readonly children: ReactNode;
}

/** A link that looks like the buttons it stands among. */
export function ButtonLink({ to, look = 'primary', children }: ButtonLinkProps) {
  return (
    <Link
      to={to}
      className={`inline-flex min-h-11 items-center rounded-lg px-4 font-medium transition-colors ${LOOKS[look]}`}
    >
      {children}
    </Link>
  );
}
