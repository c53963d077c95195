import { useEffect, useState } from 'react';
import {
  Link,
  NavLink,
  Outlet,
  ScrollRestoration,
  useLocation,
  useNavigate,
  useSearchParams,
} from 'react-router';
import { CartProvider, useCartState } from '../cart/CartContext.js';
import { CartDrawer } from '../cart/CartDrawer.js';
import { BagIcon, CompassIcon, PersonIcon, SearchIcon } from '../components/icons.js';
import { useSession } from '../lib/session.js';

const SEARCH_PAUSE_MS = 250;
const LINK =
  'flex min-h-10 items-center gap-1.5 rounded-lg px-2.5 py-2 hover:bg-stone-200/60 dark:hover:bg-stone-800';

function SearchBox() {
  const [parameters] = useSearchParams();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const current = pathname === '/products' ? (parameters.get('q') ?? '') : '';
  const [text, setText] = useState(current);
  const [seen, setSeen] = useState(current);
  // The address changed by other means (a link, going back): the box follows.
  if (current !== seen) {
    setSeen(current);
    setText(current);
  }
  useEffect(() => {
    if (text === current) return undefined;
    const timer = setTimeout(() => {
      const next = new URLSearchParams(pathname === '/products' ? parameters : undefined);
      if (text) next.set('q', text);
      else next.delete('q');
      void navigate(`/products?${next}`, { replace: pathname === '/products' });
    }, SEARCH_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, current, pathname, parameters, navigate]);
  return (
    <div className="relative">
      <span className="pointer-events-none absolute inset-y-0 left-3.5 grid place-items-center text-stone-500 dark:text-stone-400">
        <SearchIcon />
      </span>
      <input
        type="search"
        aria-label="Search the shop"
        placeholder="Search lamps, mugs, tents …"
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="min-h-11 w-full rounded-full border border-stone-300 bg-white pr-4 pl-11 placeholder:text-stone-500 dark:border-stone-700 dark:bg-stone-900 dark:placeholder:text-stone-400"
      />
    </div>
  );
}

function Header() {
  const session = useSession();
  const { cart, open } = useCartState();
  const count = cart?.totalQuantity ?? 0;
  return (
    <header className="sticky top-0 z-10 border-b border-stone-200 bg-paper/90 backdrop-blur dark:border-stone-800 dark:bg-stone-950/90">
      <div className="mx-auto flex max-w-7xl flex-wrap items-center gap-x-6 gap-y-2 px-4 py-3">
        <Link
          to="/"
          className="flex items-center gap-2 font-display text-2xl text-leaf-800 dark:text-green-300"
        >
          <CompassIcon />
          Cartograph
        </Link>
        <div className="order-last w-full sm:order-none sm:w-auto sm:max-w-md sm:grow">
          <SearchBox />
        </div>
        <nav aria-label="Main" className="ml-auto flex items-center gap-1 text-sm">
          {session?.user.role === 'ADMIN' && (
            <NavLink to="/admin" className={LINK}>
              Admin
            </NavLink>
          )}
          <NavLink to={session ? '/account' : '/sign-in'} className={LINK}>
            <PersonIcon />
            <span className="max-sm:sr-only">{session ? session.user.name.split(' ')[0] : 'Sign in'}</span>
          </NavLink>
          <button type="button" onClick={open} className={LINK}>
            <BagIcon />
            <span className="max-sm:sr-only">Cart</span>
            <span
              className={count > 0 ? 'rounded-full bg-leaf-800 px-2 py-0.5 text-xs text-white' : 'sr-only'}
            >
              {count}
            </span>
            <span className="sr-only">{count === 1 ? 'piece' : 'pieces'}</span>
          </button>
        </nav>
      </div>
    </header>
  );
}

export function Layout() {
  return (
    <CartProvider>
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:z-20 focus:bg-white focus:p-3 focus:text-black"
      >
        Skip to the content
      </a>
      <Header />
      <main id="main" tabIndex={-1} className="mx-auto min-h-[70vh] max-w-7xl px-4 py-8 outline-none">
        <Outlet />
      </main>
      <footer className="mt-16 border-t border-stone-200 dark:border-stone-800">
        <div className="mx-auto flex max-w-7xl flex-wrap justify-between gap-x-8 gap-y-3 px-4 py-8 text-sm text-stone-600 dark:text-stone-400">
          <p>Cartograph: six services, one graph, one shop.</p>
          <nav aria-label="For developers" className="flex gap-5">
            <a href="/graphiql" className="underline">
              GraphiQL
            </a>
            <a href="/sandbox" className="underline">
              Sandbox
            </a>
          </nav>
        </div>
      </footer>
      <CartDrawer />
      <ScrollRestoration />
    </CartProvider>
  );
}
