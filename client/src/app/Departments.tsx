import { Link, useLocation, useSearchParams } from 'react-router';
import { useDepartmentsQuery } from './Departments.generated.js';

/** The departments, on every page of the shop. If they cannot be loaded, the search still finds everything. */
export function Departments() {
  const { data, error } = useDepartmentsQuery();
  const { pathname } = useLocation();
  const [parameters] = useSearchParams();
  const chosen = pathname === '/products' ? parameters.getAll('category') : [];
  if (error && !data?.categories) return null;
  return (
    <nav aria-label="Departments" className="border-b border-stone-200 dark:border-stone-800">
      <ul className="mx-auto flex min-h-11 max-w-7xl gap-1 overflow-x-auto px-2 text-sm fade-edges">
        {data?.categories?.map(({ id, slug, name }) => {
          const isChosen = chosen.length === 1 && chosen[0] === slug;
          return (
            <li key={id}>
              <Link
                to={`/products?category=${slug}`}
                aria-current={isChosen ? 'page' : undefined}
                className={`flex min-h-11 items-center px-2.5 whitespace-nowrap underline-offset-8 hover:underline ${
                  isChosen
                    ? 'font-semibold text-leaf-800 underline decoration-2 dark:text-green-300'
                    : 'text-stone-700 dark:text-stone-300'
                }`}
              >
                {name}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
