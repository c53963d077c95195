import { useSearchParams } from 'react-router';
import { formatPrice } from '../../components/Price.js';
import { attributeText } from '../../lib/attribute-text.js';
import type { ProductsQuery } from './Products.generated.js';
import { chosenFilters, DECIMAL, type ChosenFilter } from './search-filter.js';

type Facets = NonNullable<ProductsQuery['products']>['facets'];

interface Props {
  readonly facets: Facets | undefined;
  readonly currency: string;
  /** The name of a department by its slug. */
  readonly departmentName: (slug: string) => string;
}

/** The filters that narrow the list, each as a chip that removes it. Also shows those that the facets do not list. */
export function ChosenFilters({ facets, currency, departmentName }: Props) {
  const [parameters, setParameters] = useSearchParams();
  const chosen = chosenFilters(parameters);
  if (chosen.length === 0) return null;
  const textOf = (filter: ChosenFilter): string => {
    switch (filter.kind) {
      case 'stock':
        return 'In stock';
      case 'category':
        return departmentName(filter.slug);
      case 'price':
        return priceText(filter.min, filter.max, currency);
      case 'attribute': {
        const label = facets?.attributes.find(({ name }) => name === filter.name)?.label ?? filter.name;
        return `${label}: ${attributeText(filter.value)}`;
      }
    }
  };
  const clear = () => {
    const text = parameters.get('q');
    setParameters(text ? { q: text } : {}, { preventScrollReset: true });
  };
  return (
    <div className="mb-4 flex flex-wrap items-center gap-2 text-sm">
      <p>
        {chosen.length} {chosen.length === 1 ? 'filter' : 'filters'} chosen
      </p>
      <ul aria-label="Chosen filters" className="contents">
        {chosen.map((filter) => {
          const text = textOf(filter);
          return (
            <li key={filter.without.toString()}>
              <button
                type="button"
                aria-label={`Remove filter ${text}`}
                onClick={() => setParameters(filter.without, { preventScrollReset: true })}
                className="flex min-h-9 items-center gap-2 rounded-full border border-stone-300 px-3 hover:border-leaf-700 dark:border-stone-700 dark:hover:border-green-300"
              >
                {text}
                <span aria-hidden="true">×</span>
              </button>
            </li>
          );
        })}
      </ul>
      <button type="button" onClick={clear} className="min-h-9 underline">
        Clear filters
      </button>
    </div>
  );
}

/** A price range in words. What was written into the address by hand and is no price is shown as it is. */
function priceText(min: string, max: string, currency: string): string {
  const price = (amount: string) => (DECIMAL.test(amount) ? formatPrice({ amount, currency }) : amount);
  if (!max) return `${price(min)} and more`;
  return min ? `${price(min)} – ${price(max)}` : `Up to ${price(max)}`;
}
