import { Link } from 'react-router';
import { usePageTitle } from '../../lib/page-title.js';

/** For customers who followed a link. */
export function StaffOnly({ name }: { readonly name: string }) {
  usePageTitle('For staff');
  return (
    <div className="mx-auto max-w-lg py-16 text-center">
      <h1 className="font-display text-3xl">This part is for staff</h1>
      <p className="mt-3 text-stone-600 dark:text-stone-400">
        You are signed in as {name}, a customer. If you work here, ask a colleague with access to give you the
        role, then sign in again.
      </p>
      <p className="mt-6 flex flex-wrap justify-center gap-4">
        <Link to="/" className="font-medium underline">
          Back to the shop
        </Link>
        <Link to="/account" className="font-medium underline">
          Your account
        </Link>
      </p>
    </div>
  );
}
