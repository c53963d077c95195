import { useSearchParams } from 'react-router';
import { ProblemNotice } from '../../../components/ProblemNotice.js';
import { Skeleton } from '../../../components/Skeleton.js';
import { Empty } from '../components/Empty.js';
import { PageHeader } from '../components/PageHeader.js';
import { useAdminProductQuery } from './AdminProduct.generated.js';
import { NewProductForm } from './NewProductForm.js';
import { useCategories } from './use-categories.js';

/** A new product; with `?variantOf=…`, another size or colour of that product. */
export function NewProductPage() {
  const [parameters] = useSearchParams();
  const siblingId = parameters.get('variantOf');
  const categories = useCategories();
  const sibling = useAdminProductQuery({ variables: { id: siblingId ?? '' }, skip: !siblingId });
  const product = siblingId ? (sibling.data?.product ?? undefined) : undefined;
  const error = categories.error ?? sibling.error;
  const isMissing = siblingId !== null && sibling.data !== undefined && !product;
  const isReady = categories.choices !== undefined && (siblingId === null || product !== undefined);
  const retry = () => {
    void categories.refetch();
    if (siblingId) void sibling.refetch();
  };
  return (
    <>
      <PageHeader
        back={['Catalogue', '/admin/catalogue']}
        title={siblingId ? 'New variant' : 'New product'}
      />
      {error && !isReady && <ProblemNotice error={error} onRetry={retry} />}
      {isMissing && <Empty title="Product not found" />}
      {!isReady && !error && !isMissing && <Skeleton className="h-96" />}
      {isReady && (
        <NewProductForm
          key={siblingId}
          categories={categories.choices ?? []}
          currency={categories.currency ?? 'EUR'}
          sibling={product}
        />
      )}
    </>
  );
}
