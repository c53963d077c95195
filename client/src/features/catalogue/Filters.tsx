import { useState, type ReactElement } from 'react';
import { useSearchParams } from 'react-router';
import { formatPrice } from '../../components/Price.js';
import { Skeleton } from '../../components/Skeleton.js';
import { attributeText } from '../../lib/attribute-text.js';
import { departmentsToShow, relatives } from './category-tree.js';
import type { ProductsQuery } from './Products.generated.js';
import { attributeKey, readSearch, toggle } from './search-filter.js';

type Facets = NonNullable<ProductsQuery['products']>['facets'];

const SHOWN_AT_FIRST = 8;

interface ChoiceProps {
  readonly label: string;
  readonly count: number;
  /** Its depth within its group. */
  readonly depth?: number;
  readonly isChosen: boolean;
  readonly onToggle: () => void;
}

function Choice(props: ChoiceProps) {
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

interface GroupProps {
  readonly title: string;
  readonly shownAtFirst?: number;
  readonly children: readonly ReactElement<ChoiceProps>[];
}

/** Whether a choice is worth showing: it leaves products in the list, or it is selected and can be removed. */
const isUseful = (count: number, isChosen: boolean): boolean => count > 0 || isChosen;

/** A group of choices; a long one opens on demand, and never hides selected choices. Choices that find nothing are left out. */
function Group({ title, shownAtFirst = SHOWN_AT_FIRST, children }: GroupProps) {
  const [isOpen, setOpen] = useState(false);
  const useful = children.filter(({ props }) => isUseful(props.count, props.isChosen));
  if (useful.length === 0) return null;
  const first = useful.filter(({ props }, index) => index < shownAtFirst || props.isChosen);
  const hidden = useful.length - first.length;
  return (
    <fieldset className="border-t border-stone-200 pt-4 pb-3 dark:border-stone-800">
      <legend className="float-left mb-1 w-full text-sm font-semibold">{title}</legend>
      <div className="clear-both">{isOpen || hidden === 1 ? useful : first}</div>
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
  const chooseDepartment = (slug: string) => {
    const others = new Set(facets ? relatives(facets.categories, slug) : []);
    const next = toggle(parameters, 'category', slug);
    const kept = next.getAll('category').filter((other) => !others.has(other));
    next.delete('category');
    for (const each of kept) next.append('category', each);
    setParameters(next, { preventScrollReset: true });
  };
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
      {isUseful(facets.inStockCount, search.inStockOnly) && (
        <div className="pb-3">
          <Choice
            label="In stock"
            count={facets.inStockCount}
            isChosen={search.inStockOnly}
            onToggle={() => change('stock', '1')}
          />
        </div>
      )}
      <Group title="Department" shownAtFirst={Infinity}>
        {departmentsToShow(facets.categories, search.categories).map(({ category, count, depth }) => (
          <Choice
            key={category.id}
            label={category.name}
            depth={depth}
            count={count}
            isChosen={search.categories.includes(category.slug)}
            onToggle={() => chooseDepartment(category.slug)}
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
