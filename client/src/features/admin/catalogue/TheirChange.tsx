import type { ReactNode } from 'react';

/** What a colleague made of a category while somebody else was typing. */
export function TheirChange({ children }: { readonly children: ReactNode }) {
  return (
    <p
      data-problem="conflict"
      className="rounded-xl border border-amber-300 bg-amber-50 p-4 text-sm text-stone-900 dark:border-amber-700 dark:bg-amber-950 dark:text-amber-50"
    >
      {children} Nothing of theirs was overwritten: save again to put yours in its place.
    </p>
  );
}
