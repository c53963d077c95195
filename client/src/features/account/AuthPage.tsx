import type { ReactNode } from 'react';
import { Panel } from '../../components/Panel.js';
import { usePageTitle } from '../../lib/page-title.js';

/** The frame of the pages for signing in, registering and resetting a password. */
export function AuthPage({
  title,
  intro,
  children,
}: {
  readonly title: string;
  readonly intro?: ReactNode;
  readonly children: ReactNode;
}) {
  usePageTitle(title);
  return (
    <div className="mx-auto max-w-md py-4 sm:py-10">
      <h1 className="font-display text-3xl">{title}</h1>
      {intro && <p className="mt-2 text-stone-600 dark:text-stone-400">{intro}</p>}
      <Panel className="mt-6">{children}</Panel>
    </div>
  );
}
