import type { ReactNode } from 'react';

/** Why something was refused; screen readers read it at once. */
export function Refusal({ className = '', children }: { className?: string; readonly children: ReactNode }) {
  return (
    <div
      role="alert"
      className={`rounded-lg border border-red-300 bg-red-50 p-3 text-sm text-red-900 dark:border-red-800 dark:bg-red-950 dark:text-red-100 ${className}`}
    >
      {children}
    </div>
  );
}
