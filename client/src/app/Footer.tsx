import { Link } from 'react-router';
import { useSession } from '../lib/session.js';

const LINK = 'inline-flex min-h-8 items-center hover:underline';

export function Footer() {
  const session = useSession();
  return (
    <footer className="mt-20 border-t border-stone-200 bg-white/60 text-sm text-stone-600 dark:border-stone-800 dark:bg-stone-900/40 dark:text-stone-400">
      <div className="mx-auto grid max-w-7xl gap-x-8 gap-y-6 px-4 py-10 sm:grid-cols-[2fr_1fr_1fr_1fr]">
        <div>
          <p className="font-display text-xl text-leaf-800 dark:text-green-300">Cartograph</p>
          <p className="mt-1 max-w-xs">Six services, one graph, one shop.</p>
        </div>
        <nav aria-label="Shop">
          <p className="font-semibold text-ink dark:text-stone-100">Shop</p>
          <ul className="mt-1">
            <li>
              <Link to="/products" className={LINK}>
                Everything
              </Link>
            </li>
            <li>
              <Link to="/products?stock=1" className={LINK}>
                In stock now
              </Link>
            </li>
          </ul>
        </nav>
        <nav aria-label="Your account">
          <p className="font-semibold text-ink dark:text-stone-100">Your account</p>
          <ul className="mt-1">
            <li>
              <Link to="/account/orders" className={LINK}>
                Follow an order
              </Link>
            </li>
            <li>
              <Link to={session ? '/account/profile' : '/register'} className={LINK}>
                {session ? 'Your details' : 'Become a customer'}
              </Link>
            </li>
          </ul>
        </nav>
        <nav aria-label="For developers">
          <p className="font-semibold text-ink dark:text-stone-100">For developers</p>
          <ul className="mt-1">
            <li>
              <a href="/graphiql" className={LINK}>
                GraphiQL
              </a>
            </li>
            <li>
              <a href="/sandbox" className={LINK}>
                Sandbox
              </a>
            </li>
          </ul>
        </nav>
      </div>
    </footer>
  );
}
