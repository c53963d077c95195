import { useEffect, useState } from 'react';
import { Link } from 'react-router';
import { useSession } from '../session/session.js';

/** Heading, then links (text and address). Pages that the gateway serves itself are loaded by the browser. */
type Column = readonly [heading: string, links: readonly (readonly [text: string, to: string])[]];

const columnsFor = (isSignedIn: boolean, hasDeveloperPages: boolean): readonly Column[] => [
  [
    'Shop',
    [
      ['Everything', '/products'],
      ['In stock now', '/products?stock=1'],
    ],
  ],
  [
    'Your account',
    [
      ['Follow an order', '/account/orders'],
      isSignedIn ? ['Your details', '/account/profile'] : ['Become a customer', '/register'],
    ],
  ],
  ...(hasDeveloperPages
    ? ([
        [
          'For developers',
          [
            ['GraphiQL', '/graphiql'],
            ['Sandbox', '/sandbox'],
          ],
        ],
      ] as const)
    : []),
];
const OF_THE_GATEWAY = new Set(['/graphiql', '/sandbox']);

/** Whether the public port has pages for developers, which it has not in production. Checked once the page is idle. */
function useHasDeveloperPages(): boolean {
  const [has, setHas] = useState(false);
  useEffect(() => {
    const abort = new AbortController();
    const ask = (): void => {
      fetch('/graphiql', { method: 'HEAD', signal: abort.signal }).then(
        (response) => setHas(response.ok),
        () => undefined,
      );
    };
    const timer = setTimeout(ask, 1_000);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, []);
  return has;
}

export function Footer() {
  const session = useSession();
  const hasDeveloperPages = useHasDeveloperPages();
  return (
    <footer className="mt-20 border-t border-stone-200 bg-white/60 text-sm text-stone-600 dark:border-stone-800 dark:bg-stone-900/40 dark:text-stone-400">
      <div className="mx-auto grid max-w-7xl grid-cols-2 gap-x-8 gap-y-6 px-4 py-10 sm:grid-cols-[2fr_1fr_1fr_1fr]">
        <div className="max-sm:col-span-2">
          <p className="font-display text-xl text-leaf-800 dark:text-green-300">Cartograph</p>
          <p className="mt-1 max-w-xs">Six services, one graph, one shop.</p>
        </div>
        {columnsFor(session !== null, hasDeveloperPages).map(([heading, links]) => (
          <nav key={heading} aria-label={heading}>
            <p className="font-semibold text-ink dark:text-stone-100">{heading}</p>
            <ul className="mt-1">
              {links.map(([text, to]) => (
                <li key={to}>
                  <Link
                    to={to}
                    reloadDocument={OF_THE_GATEWAY.has(to)}
                    className="inline-flex min-h-8 items-center hover:underline"
                  >
                    {text}
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
        ))}
      </div>
    </footer>
  );
}
