import type { ReactNode } from 'react';
import { Skeleton } from './Skeleton.js';

export function ProductGrid({ children }: { readonly children: ReactNode }) {
  return <div className="grid grid-cols-2 gap-4 md:grid-cols-3 xl:grid-cols-4">{children}</div>;
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
