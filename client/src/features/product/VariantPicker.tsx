import { Link } from 'react-router';
import { attributeText } from '../../lib/attribute-text.js';
import { swatchOf } from './swatch.js';
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
        {choices.map(({ value, unit, sku, isChosen, inStock, changes }) => (
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
              } ${inStock ? '' : 'text-stone-600 line-through dark:text-stone-400'} ${
                changes.length > 0 ? 'border-dashed text-stone-600 dark:text-stone-400' : ''
              }`}
              title={changes.length > 0 ? `Only with ${changes.join(', ')}` : undefined}
            >
              {swatchOf(name, value) && (
                <span
                  aria-hidden
                  className="mr-2 size-4 rounded-full border border-stone-400"
                  style={{ backgroundColor: swatchOf(name, value) }}
                />
              )}
              {attributeText(value, unit)}
              {changes.length > 0 && <span className="sr-only"> (only with {changes.join(', ')})</span>}
              {!inStock && <span className="sr-only"> (sold out)</span>}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  ));
}
