import type { ReactNode } from 'react';

/** A colleague's change of a category, shown to the user who is editing it. */
export function TheirChange({ children }: { readonly children: ReactNode }) {
  return (
    <p
      data-problem="conflict"
      className="rounded-xl border border-amber-300 bg-amber-50 p-4 text-sm text-stone-900 dark:border-amber-700 dark:bg-amber-950 dark:text-amber-50"
    >
      {children} Their change was not overwritten. Save again to replace it with yours.
    </p>
  );
}
