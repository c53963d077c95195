import { useEffect, useId, useState, type KeyboardEvent } from 'react';
import { useLocation, useNavigate, useSearchParams } from 'react-router';
import { SearchIcon } from '../components/icons.js';
import { productPath } from '../lib/product-path.js';
import { SuggestionList } from './SuggestionList.js';
import { useSuggestions } from './use-suggestions.js';

const PAUSE_MS = 250;
const NONE = -1;

/** @param parameters of the results that the words change */
function resultsPath(parameters: URLSearchParams | undefined, words: string): string {
  const next = new URLSearchParams(parameters);
  if (words) next.set('q', words);
  else next.delete('q');
  return `/products?${next}`;
}

/**
 * Suggests products while the user types, and leaves the page only for a chosen one or, with Enter, for all results. On the
 * page of results it changes these instead. The words are in the address, so that a search can be shared and revisited.
 */
export function SearchBox() {
  const [parameters] = useSearchParams();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const listId = useId();
  const isOnResults = pathname === '/products';
  const current = isOnResults ? (parameters.get('q') ?? '') : '';
  const [text, setText] = useState(current);
  const [seen, setSeen] = useState(current);
  const [sent, setSent] = useState(current);
  const [isOpen, setIsOpen] = useState(false);
  const [active, setActive] = useState(NONE);
  if (current !== seen) {
    setSeen(current);
    // If the address changed in another way (a link, going back), the box follows. If the box itself caused the change, it
    // may contain more letters by now.
    if (current !== sent) setText(current);
    setSent(current);
  }
  const suggestions = useSuggestions(text, isOpen && !isOnResults);
  const isExpanded = isOpen && !isOnResults && suggestions.length > 0;

  useEffect(() => {
    if (!isOnResults || text === current) return undefined;
    const timer = setTimeout(() => {
      setSent(text);
      void navigate(resultsPath(parameters, text), { replace: true });
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [isOnResults, text, current, parameters, navigate]);

  const close = () => {
    setIsOpen(false);
    setActive(NONE);
  };
  /** @param place of a suggestion; that of all results comes after them */
  const choose = (place: number) => {
    close();
    const product = suggestions[place];
    if (product) {
      setText('');
      void navigate(productPath(product.sku));
    } else if (text.trim() && !isOnResults) {
      setSent(text);
      void navigate(resultsPath(undefined, text));
    }
  };

  const onKeyDown = (event: KeyboardEvent) => {
    // Enter and the arrows belong to an input method while it composes a word.
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter') choose(isExpanded ? active : NONE);
    else if (event.key === 'Escape' && isExpanded) close();
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      setIsOpen(true);
      if (!isExpanded) return;
      const places = suggestions.length + 2;
      // From the box itself through the suggestions and all results back to the box.
      setActive(((active + 1 + (event.key === 'ArrowDown' ? 1 : places - 1)) % places) - 1);
    } else return;
    event.preventDefault();
  };

  return (
    <div className="relative" role="search">
      <span className="pointer-events-none absolute inset-y-0 left-3.5 grid place-items-center text-stone-500 dark:text-stone-400">
        <SearchIcon />
      </span>
      <input
        type="text"
        inputMode="search"
        enterKeyHint="search"
        autoComplete="off"
        maxLength={200}
        role="combobox"
        aria-label="Search the shop"
        aria-autocomplete="list"
        aria-expanded={isExpanded}
        aria-controls={isExpanded ? listId : undefined}
        aria-activedescendant={isExpanded && active !== NONE ? `${listId}-${active}` : undefined}
        placeholder="Search lamps, mugs, tents …"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setIsOpen(true);
          setActive(NONE);
        }}
        onFocus={() => setIsOpen(true)}
        onBlur={close}
        onKeyDown={onKeyDown}
        className="min-h-11 w-full rounded-full border border-stone-300 bg-white pr-4 pl-11 placeholder:text-stone-500 dark:border-stone-700 dark:bg-stone-900 dark:placeholder:text-stone-400"
      />
      {isExpanded && (
        <SuggestionList
          id={listId}
          suggestions={suggestions}
          text={text.trim()}
          active={active}
          onChoose={choose}
        />
      )}
    </div>
  );
}
