import { isRouteErrorResponse, Link, useRouteError } from 'react-router';

export function RouteError() {
  const error = useRouteError();
  const isMissing = isRouteErrorResponse(error) && error.status === 404;
  return (
    <div className="mx-auto max-w-lg px-4 py-24 text-center">
      <h1 className="font-display text-3xl">
        {isMissing ? 'There is nothing here' : 'This page did not load'}
      </h1>
      <p className="mt-2">
        {isMissing ? 'The address may be misspelt.' : 'The shop may have been updated: load the page again.'}
      </p>
      <Link to="/" reloadDocument className="mt-4 inline-block underline">
        Back to the shop
      </Link>
    </div>
  );
}
