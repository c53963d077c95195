import { Fragment } from 'react';
import { Link } from 'react-router';
import type { CategoryPlaceQuery } from './CategoryPlace.generated.js';

type Category = NonNullable<CategoryPlaceQuery['category']>;

/** The path to a department inside others. */
export function CategoryPath({ category }: { readonly category: Category }) {
  const above = category.path.slice(0, -1);
  if (above.length === 0) return null;
  return (
    <nav
      aria-label="Breadcrumb"
      className="mb-1 flex flex-wrap gap-x-2 text-sm text-stone-600 dark:text-stone-400"
    >
      {above.map(({ id, slug, name }, index) => (
        <Fragment key={id}>
          {index > 0 && <span aria-hidden>/</span>}
          <Link to={`/products?category=${slug}`} className="hover:underline">
            {name}
          </Link>
        </Fragment>
      ))}
    </nav>
  );
}

/** The departments within one, to go further in; those with nothing in them yet are left out. */
export function CategoryBelow({ category }: { readonly category: Category }) {
  const children = category.children.filter(({ productCount }) => productCount > 0);
  if (children.length === 0) return null;
  return (
    <nav aria-label={`In ${category.name}`} className="mb-6">
      <ul className="flex flex-wrap gap-2">
        {children.map(({ id, slug, name, productCount }) => (
          <li key={id}>
            <Link
              to={`/products?category=${slug}`}
              className="flex min-h-10 items-center gap-2 rounded-full border border-stone-300 bg-white px-4 text-sm hover:border-leaf-600 dark:border-stone-700 dark:bg-stone-900"
            >
              {name}
              <span className="text-stone-600 tabular-nums dark:text-stone-400">{productCount}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
