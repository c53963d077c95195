import { Price } from '../components/Price.js';
import type { Suggestion } from './use-suggestions.js';

interface Props {
  readonly id: string;
  readonly suggestions: readonly Suggestion[];
  readonly text: string;
  /** The place of the option that the keyboard has reached. */
  readonly active: number;
  readonly onChoose: (place: number) => void;
}

/** Products under the search box, then a way to all results. The focus stays in the box, which names the active option. */
export function SuggestionList({ id, suggestions, text, active, onChoose }: Props) {
  const option = (place: number) => ({
    id: `${id}-${place}`,
    role: 'option',
    'aria-selected': place === active,
    // A press would take the focus from the box, which closes the list before the click.
    onMouseDown: (event: { preventDefault(): void }) => event.preventDefault(),
    onClick: () => onChoose(place),
    className: `flex min-h-11 cursor-pointer items-center gap-3 px-4 py-1.5 hover:bg-stone-100 dark:hover:bg-stone-800 ${
      place === active ? 'bg-stone-100 dark:bg-stone-800' : ''
    }`,
  });
  return (
    <ul
      id={id}
      role="listbox"
      aria-label="Suggestions"
      className="absolute inset-x-0 top-full z-20 mt-1 max-h-[70vh] overflow-y-auto rounded-2xl border border-stone-200 bg-white py-2 text-sm shadow-lg dark:border-stone-800 dark:bg-stone-900"
    >
      {suggestions.map(({ id: productId, title, imageUrl, price }, place) => (
        <li key={productId} {...option(place)}>
          {imageUrl ? (
            <img
              src={imageUrl}
              alt=""
              className="size-9 rounded-lg bg-stone-100 object-cover dark:bg-stone-800"
            />
          ) : (
            <span className="size-9" />
          )}
          <span className="grow">{title}</span>
          <Price value={price} />
        </li>
      ))}
      <li key="all" {...option(suggestions.length)}>
        All results for “{text}”
      </li>
    </ul>
  );
}
