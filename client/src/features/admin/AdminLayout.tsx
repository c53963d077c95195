import { Suspense, useEffect, useRef } from 'react';
import { NavLink, Outlet, useLocation } from 'react-router';
import { Skeleton } from '../../components/Skeleton.js';
import { watchLatency } from './charts/latency.js';

const SECTIONS = [
  ['orders', 'Orders'],
  ['catalogue', 'Catalogue'],
  ['users', 'Users'],
  ['webhooks', 'Webhooks'],
  ['mail', 'Sent mail'],
  ['dead-letters', 'Dead letters'],
  ['charts', 'Last hour'],
] as const;

export function AdminLayout() {
  // Collects from the first admin page on, so that the charts have data when they are opened.
  useEffect(watchLatency, []);
  const nav = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  // On a narrow screen the current section may be outside the visible part.
  useEffect(() => {
    const current = nav.current?.querySelector<HTMLElement>('[aria-current=page]');
    if (current) nav.current?.scrollTo({ left: current.offsetLeft - 48 });
  }, [pathname]);
  return (
    <>
      <nav
        ref={nav}
        aria-label="Admin"
        className="fade-edges relative -mx-4 -mt-4 mb-6 overflow-x-auto px-4 pt-2 pb-1"
      >
        <ul className="flex min-w-max gap-1 border-b border-stone-200 dark:border-stone-800">
          {SECTIONS.map(([path, label]) => (
            <li key={path}>
              <NavLink
                to={`/admin/${path}`}
                className={({ isActive }) =>
                  `-mb-px block border-b-2 px-3 py-2.5 text-sm whitespace-nowrap ${
                    isActive
                      ? 'border-leaf-700 font-semibold text-leaf-800 dark:border-green-400 dark:text-green-300'
                      : 'border-transparent text-stone-700 hover:border-stone-400 dark:text-stone-300'
                  }`
                }
              >
                {label}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <Suspense fallback={<Skeleton className="h-96" />}>
        <Outlet />
      </Suspense>
    </>
  );
}
