import { useSearchParams } from 'react-router';

/** Where to continue after signing in; always a page of this shop. */
export function useNextPage(): { readonly next: string; readonly query: string } {
  const [parameters] = useSearchParams();
  const wanted = parameters.get('next') ?? '';
  const isOurs = /^\/(?![/\\])/.test(wanted);
  return { next: isOurs ? wanted : '/account', query: isOurs ? `?next=${encodeURIComponent(wanted)}` : '' };
}
