import { useState, type ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import { formatPrice } from '../../components/Price.js';
import { Skeleton } from '../../components/Skeleton.js';
import { attributeText } from '../../lib/attribute-text.js';
import { inTreeOrder } from './category-tree.js';
import type { ProductsQuery } from './Products.generated.js';
import { attributeKey, readSearch, toggle } from './search-filter.js';

type Facets = NonNullable<ProductsQuery['products']>['facets'];

const SHOWN_AT_FIRST = 8;

function Choice(props: {
  readonly label: string;
  readonly count: number;
  /** How far in it stands, among its group's. */
  readonly depth?: number;
  readonly isChosen: boolean;
  readonly onToggle: () => void;
}) {
  return (
    <label
      style={{ paddingLeft: `${props.depth ?? 0}rem` }}
      className="flex min-h-9 cursor-pointer items-center gap-2 rounded-lg text-sm hover:text-leaf-700 dark:hover:text-green-300"
    >
      <input
        type="checkbox"
        checked={props.isChosen}
        onChange={props.onToggle}
        className="size-4 accent-leaf-700"
      />
      <span className="grow">{props.label}</span>
      <span className="text-stone-600 tabular-nums dark:text-stone-400">{props.count}</span>
    </label>
  );
}

/** A group of choices; a long one opens on demand. */
function Group({ title, children }: { readonly title: string; readonly children: readonly ReactNode[] }) {
  const [isOpen, setOpen] = useState(false);
  const hidden = children.length - SHOWN_AT_FIRST;
  return (
    <fieldset className="border-t border-stone-200 pt-4 pb-3 dark:border-stone-800">
      <legend className="float-left mb-1 w-full text-sm font-semibold">{title}</legend>
      <div className="clear-both">{isOpen ? children : children.slice(0, SHOWN_AT_FIRST)}</div>
      {hidden > 1 && (
        <button
          type="button"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
          className="min-h-9 text-sm underline"
        >
          {isOpen ? 'Fewer' : `${hidden} more`}
        </button>
      )}
    </fieldset>
  );
}

function FiltersSkeleton() {
  return (
    <div className="space-y-3 pt-2">
      {Array.from({ length: 12 }, (_, index) => (
        <Skeleton key={index} className="h-6" />
      ))}
    </div>
  );
}

/** Filters with the number of products each would leave. */
export function Filters({
  facets,
  currency,
}: {
  readonly facets: Facets | undefined;
  readonly currency: string;
}) {
  const [parameters, setParameters] = useSearchParams();
  const search = readSearch(parameters);
  const change = (key: string, value: string) =>
    setParameters(toggle(parameters, key, value), { preventScrollReset: true });
  const price = (amount: string) => formatPrice({ amount, currency });
  const setPrices = (min: string, max: string) => {
    const next = new URLSearchParams(parameters);
    const isChosen = search.minPrice === min && search.maxPrice === max;
    for (const [key, value] of [
      ['min', min],
      ['max', max],
    ] as const) {
      if (isChosen || !value) next.delete(key);
      else next.set(key, value);
    }
    setParameters(next, { preventScrollReset: true });
  };

  if (!facets) return <FiltersSkeleton />;
  return (
    <div>
      <div className="pb-3">
        <Choice
          label="In stock"
          count={facets.inStockCount}
          isChosen={search.inStockOnly}
          onToggle={() => change('stock', '1')}
        />
      </div>
      <Group title="Department">
        {inTreeOrder(facets.categories).map(({ category, count, depth }) => (
          <Choice
            key={category.id}
            label={category.name}
            depth={depth}
            count={count}
            isChosen={search.categories.includes(category.slug)}
            onToggle={() => change('category', category.slug)}
          />
        ))}
      </Group>
      <Group title="Price">
        {facets.priceRanges.map(({ minPrice, maxPrice, count }) => (
          <Choice
            key={minPrice}
            label={maxPrice ? `${price(minPrice)} – ${price(maxPrice)}` : `${price(minPrice)} and more`}
            count={count}
            isChosen={search.minPrice === minPrice && search.maxPrice === (maxPrice ?? '')}
            onToggle={() => setPrices(minPrice, maxPrice ?? '')}
          />
        ))}
      </Group>
      {facets.attributes.map(({ name, label, values }) => (
        <Group key={name} title={label}>
          {values.map(({ value, count }) => (
            <Choice
              key={value}
              label={attributeText(value)}
              count={count}
              isChosen={search.attributes.get(name)?.includes(value) ?? false}
              onToggle={() => change(attributeKey(name), value)}
            />
          ))}
        </Group>
      ))}
    </div>
  );
}
