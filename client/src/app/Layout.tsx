import { Link, NavLink, Outlet, useLocation } from 'react-router';
import { CartProvider, useCartState } from '../cart/CartContext.js';
import { CartDrawer } from '../cart/CartDrawer.js';
import { BagIcon, CompassIcon, PersonIcon } from '../components/icons.js';
import { useSession } from '../session/session.js';
import { Departments } from './Departments.js';
import { Footer } from './Footer.js';
import { ScrollPositions } from './ScrollPositions.js';
import { SearchBox } from './SearchBox.js';

const LINK =
  'flex min-h-10 items-center gap-1.5 rounded-lg px-2.5 py-2 max-sm:px-1.5 hover:bg-stone-200/60 dark:hover:bg-stone-800';

function Header() {
  const session = useSession();
  const { cart, open } = useCartState();
  const count = cart?.totalQuantity ?? 0;
  return (
    <header className="sticky top-0 z-10 border-b border-stone-200 bg-paper/90 backdrop-blur dark:border-stone-800 dark:bg-stone-950/90">
      <div className="mx-auto flex max-w-7xl flex-wrap items-center gap-x-2 gap-y-2 px-4 py-3 sm:gap-x-6">
        <Link
          to="/"
          className="flex items-center gap-2 font-display text-xl sm:text-2xl text-leaf-800 dark:text-green-300"
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
  const isAdmin = useLocation().pathname.startsWith('/admin');
  return (
    <CartProvider>
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-20 focus:rounded-lg focus:bg-white focus:p-3 focus:text-black"
      >
        Skip to the content
      </a>
      <Header />
      {!isAdmin && <Departments />}
      <main id="main" tabIndex={-1} className="mx-auto min-h-[70vh] max-w-7xl px-4 py-8 outline-none">
        <Outlet />
      </main>
      <Footer />
      <CartDrawer />
      <ScrollPositions />
    </CartProvider>
  );
}
