import { useEffect, useState } from 'react';
import { useLocation, useNavigate, useSearchParams } from 'react-router';
import { SearchIcon } from '../components/icons.js';

const PAUSE_MS = 250;

/** Searches while the user types. The words are in the address, so that a search can be shared and revisited. */
export function SearchBox() {
  const [parameters] = useSearchParams();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const current = pathname === '/products' ? (parameters.get('q') ?? '') : '';
  const [text, setText] = useState(current);
  const [seen, setSeen] = useState(current);
  const [sent, setSent] = useState(current);
  if (current !== seen) {
    setSeen(current);
    // If the address changed in another way (a link, going back), the box follows. If the box itself caused the change, it
    // may contain more letters by now.
    if (current !== sent) setText(current);
    setSent(current);
  }
  useEffect(() => {
    if (text === current) return undefined;
    const timer = setTimeout(() => {
      const next = new URLSearchParams(pathname === '/products' ? parameters : undefined);
      if (text) next.set('q', text);
      else next.delete('q');
      setSent(text);
      void navigate(`/products?${next}`, { replace: pathname === '/products' });
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, current, pathname, parameters, navigate]);
  return (
    <div className="relative" role="search">
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
