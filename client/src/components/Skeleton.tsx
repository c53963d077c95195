/** A placeholder with the shape of what is loading. */
export function Skeleton({ className = '' }: { readonly className?: string }) {
  return (
    <div aria-hidden className={`animate-pulse rounded-lg bg-stone-200 dark:bg-stone-800 ${className}`} />
  );
}
