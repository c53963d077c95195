import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { usePageTitle } from '../../../lib/page-title.js';

interface PageHeaderProps {
  readonly title: string;
  /** The page above: its name and address. */
  readonly back?: readonly [name: string, to: string];
  /** One line about the page. */
  readonly note?: ReactNode;
  /** What can be done, at the right. */
  readonly children?: ReactNode;
}

export function PageHeader({ title, back, note, children }: PageHeaderProps) {
  usePageTitle(`${title} · Admin`);
  return (
    <div className="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        {back && (
          <p className="mb-2 text-sm">
            <Link to={back[1]} className="underline">
              {back[0]}
            </Link>
          </p>
        )}
        <h1 className="font-display text-3xl break-words">{title}</h1>
        {note && <p className="mt-1 text-stone-600 dark:text-stone-400">{note}</p>}
      </div>
      {children && <div className="flex flex-wrap items-center gap-3">{children}</div>}
    </div>
  );
}
