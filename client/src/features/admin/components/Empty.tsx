import type { ReactNode } from 'react';

/** Instead of a list that holds nothing. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="rounded-2xl border border-dashed border-stone-300 p-10 text-center dark:border-stone-700">
      <p className="font-medium">{title}</p>
      {children && <p className="mt-1 text-stone-600 dark:text-stone-400">{children}</p>}
    </div>
  );
}
