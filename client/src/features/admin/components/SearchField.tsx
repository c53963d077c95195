import { useEffect, useState } from 'react';
import { useSearchParams } from 'react-router';

const PAUSE_MS = 250;

/** A search whose words are in the address as `q`. */
export function SearchField({ label }: { readonly label: string }) {
  const [parameters, setParameters] = useSearchParams();
  const current = parameters.get('q') ?? '';
  const [text, setText] = useState(current);
  useEffect(() => {
    if (text === current) return undefined;
    const timer = setTimeout(() => {
      setParameters(
        (before) => {
          const next = new URLSearchParams(before);
          if (text) next.set('q', text);
          else next.delete('q');
          return next;
        },
        { replace: true, preventScrollReset: true },
      );
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, current, setParameters]);
  return (
    <input
      type="search"
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={(event) => setText(event.target.value)}
      className="min-h-11 w-full max-w-sm rounded-lg border border-stone-300 bg-white px-3 dark:border-stone-700 dark:bg-stone-900"
    />
  );
}
