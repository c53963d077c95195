import { Link } from 'react-router';
import { usePageTitle } from '../../lib/page-title.js';

export function NotFoundPage() {
  usePageTitle('Nothing here');
  return (
    <div className="py-20 text-center">
      <h1 className="font-display text-3xl">There is nothing here</h1>
      <p className="mt-2 text-stone-600 dark:text-stone-400">
        The address may be misspelt, or the page is gone.
      </p>
      <Link to="/products" className="mt-4 inline-block underline">
        See everything we have
      </Link>
    </div>
  );
}
