import { useSearchParams } from 'react-router';
import type { ProductsQuery } from './Products.generated.js';
import { attributeKey, readSearch, toggle } from './search-filter.js';

type Facets = NonNullable<ProductsQuery['products']>['facets'];

function Choice(props: {
  readonly label: string;
  readonly count: number;
  readonly isChosen: boolean;
  readonly onToggle: () => void;
}) {
  return (
    <label className="flex min-h-9 cursor-pointer items-center gap-2 text-sm">
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

const heading = 'mt-5 mb-1 text-sm font-semibold';

/** Filters with the number of products each would leave. */
export function Filters({ facets }: { readonly facets: Facets | undefined }) {
  const [parameters, setParameters] = useSearchParams();
  const search = readSearch(parameters);
  const change = (key: string, value: string) =>
    setParameters(toggle(parameters, key, value), { preventScrollReset: true });

  if (!facets) return null;
  return (
    <div>
      <Choice
        label="In stock"
        count={facets.inStockCount}
        isChosen={search.inStockOnly}
        onToggle={() => change('stock', '1')}
      />
      <fieldset>
        <legend className={heading}>Department</legend>
        {facets.categories.map(({ category, count }) => (
          <Choice
            key={category.id}
            label={category.name}
            count={count}
            isChosen={search.categories.includes(category.slug)}
            onToggle={() => change('category', category.slug)}
          />
        ))}
      </fieldset>
      {facets.attributes.map(({ name, label, values }) => (
        <fieldset key={name}>
          <legend className={heading}>{label}</legend>
          {values.slice(0, 8).map(({ value, count }) => (
            <Choice
              key={value}
              label={value}
              count={count}
              isChosen={search.attributes.get(name)?.includes(value) ?? false}
              onToggle={() => change(attributeKey(name), value)}
            />
          ))}
        </fieldset>
      ))}
    </div>
  );
}
