import type { ReactNode } from 'react';
import { Skeleton } from './Skeleton.js';

interface ProductGridProps {
  /** For a selection: in rows of three, an incomplete last row is left out. */
  readonly isTaste?: boolean;
  readonly children: readonly ReactNode[];
}

/** Classes by the number of products in the last row of three. */
const WITHOUT_REST = [
  '',
  'md:max-xl:*:nth-last-[-n+1]:hidden',
  'md:max-xl:*:nth-last-[-n+2]:hidden',
] as const;

export function ProductGrid({ isTaste = false, children }: ProductGridProps) {
  const rest = isTaste && children.length > 3 ? children.length % 3 : 0;
  return (
    <div className={`grid grid-cols-2 gap-4 md:grid-cols-3 xl:grid-cols-4 ${WITHOUT_REST[rest] ?? ''}`}>
      {children}
    </div>
  );
}

export function ProductGridSkeleton({ count = 8 }: { readonly count?: number }) {
  return (
    <ProductGrid>
      {Array.from({ length: count }, (_, index) => (
        <Skeleton key={index} className="aspect-3/4" />
      ))}
    </ProductGrid>
  );
}
