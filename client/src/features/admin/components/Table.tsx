import type { ReactNode } from 'react';

interface TableProps {
  /** What is in it, for screen readers. */
  readonly label: string;
  readonly columns: readonly ReactNode[];
  readonly children: ReactNode;
}

/** A table that scrolls sideways by itself where the screen is narrow. */
export function Table({ label, columns, children }: TableProps) {
  return (
    <div
      role="region"
      aria-label={label}
      // Keyboards can only scroll what can have the focus.
      tabIndex={0}
      className="relative overflow-x-auto rounded-2xl border border-stone-200 bg-white dark:border-stone-800 dark:bg-stone-900"
    >
      <table className="w-full border-collapse text-left text-sm">
        <thead className="border-b border-stone-200 text-stone-600 dark:border-stone-800 dark:text-stone-400">
          <tr>
            {columns.map((column, index) => (
              <th key={index} scope="col" className="px-4 py-3 font-medium whitespace-nowrap">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-stone-100 dark:divide-stone-800 [&_td]:px-4 [&_td]:py-3">
          {children}
        </tbody>
      </table>
    </div>
  );
}
