import type { ReactNode } from 'react';

/** A column of numbers: right-aligned, with the class `tabular-nums`. */
interface NumberColumn {
  readonly number: string;
}

interface TableProps {
  /** What is in it, for screen readers. */
  readonly label: string;
  readonly columns: readonly (ReactNode | NumberColumn)[];
  readonly children: ReactNode;
}

/** A table that scrolls sideways on a narrow screen. */
export function Table({ label, columns, children }: TableProps) {
  return (
    <div
      role="region"
      aria-label={label}
      // Only focusable elements can be scrolled by keyboard.
      tabIndex={0}
      className="fade-edges relative overflow-x-auto rounded-2xl border border-stone-200 bg-white dark:border-stone-800 dark:bg-stone-900"
    >
      <table className="w-full border-collapse text-left text-sm">
        <thead className="border-b border-stone-200 text-stone-600 dark:border-stone-800 dark:text-stone-400">
          <tr>
            {columns.map((column, index) => (
              <th
                key={index}
                scope="col"
                className={`px-4 py-3 font-medium whitespace-nowrap ${isNumber(column) ? 'text-right' : ''}`}
              >
                {isNumber(column) ? column.number : column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-stone-100 dark:divide-stone-800 [&_td]:px-4 [&_td]:py-3 [&_td.tabular-nums]:text-right">
          {children}
        </tbody>
      </table>
    </div>
  );
}

const isNumber = (column: ReactNode | NumberColumn): column is NumberColumn =>
  typeof column === 'object' && column !== null && 'number' in column;
