import type { ReactNode } from 'react';
import { usePageTitle } from '../../../lib/page-title.js';

interface PageHeaderProps {
  readonly title: string;
  /** One line about what is here. */
  readonly note?: ReactNode;
  /** What can be done, at the right. */
  readonly children?: ReactNode;
}

export function PageHeader({ title, note, children }: PageHeaderProps) {
  usePageTitle(`${title} · Admin`);
  return (
    <div className="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <h1 className="font-display text-3xl break-words">{title}</h1>
        {note && <p className="mt-1 text-stone-600 dark:text-stone-400">{note}</p>}
      </div>
      {children && <div className="flex flex-wrap items-center gap-3">{children}</div>}
    </div>
  );
}
