import { Link } from 'react-router';
import { attributeText } from '../../lib/attribute-text.js';
import type { Option } from './variant-options.js';
import { productPath } from '../../lib/product-path.js';

/** Every variant has its own page, so the choices are links. */
export function VariantPicker({ options }: { readonly options: readonly Option[] }) {
  return options.map(({ name, label, choices }) => (
    <div key={name} className="mt-6">
      <h2 id={`option-${name}`} className="mb-2 text-sm font-semibold">
        {label}
      </h2>
      <ul aria-labelledby={`option-${name}`} className="flex flex-wrap gap-2">
        {choices.map(({ value, unit, sku, isChosen, inStock }) => (
          <li key={value}>
            <Link
              to={productPath(sku)}
              replace
              preventScrollReset
              aria-current={isChosen ? 'true' : undefined}
              className={`inline-flex min-h-11 min-w-11 items-center justify-center rounded-lg border px-4 text-sm transition-colors ${
                isChosen
                  ? 'border-leaf-700 bg-leaf-50 font-semibold text-leaf-800 ring-1 ring-leaf-700 dark:border-green-400 dark:bg-leaf-900 dark:text-green-200 dark:ring-green-400'
                  : 'border-stone-300 bg-white hover:border-stone-500 dark:border-stone-700 dark:bg-stone-900 dark:hover:border-stone-400'
              } ${inStock ? '' : 'text-stone-600 line-through dark:text-stone-400'}`}
            >
              {attributeText(value, unit)}
              {!inStock && <span className="sr-only"> (sold out)</span>}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  ));
}
