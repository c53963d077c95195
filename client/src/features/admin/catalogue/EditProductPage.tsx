import { Link, useParams } from 'react-router';
import { Button } from '../../../components/Button.js';
import { ProblemNotice } from '../../../components/ProblemNotice.js';
import { Skeleton } from '../../../components/Skeleton.js';
import { ActionNotice } from '../components/ActionNotice.js';
import { Badge } from '../components/Badge.js';
import { ButtonLink } from '../components/ButtonLink.js';
import { Empty } from '../components/Empty.js';
import { PageHeader } from '../components/PageHeader.js';
import { useAction } from '../components/use-action.js';
import { useAdminArchiveProductMutation } from './AdminArchiveProduct.generated.js';
import { useAdminProductQuery } from './AdminProduct.generated.js';
import { useAdminRestoreProductMutation } from './AdminRestoreProduct.generated.js';
import { ProductForm } from './ProductForm.js';
import { StockPanel } from './StockPanel.js';
import { useCategories } from './use-categories.js';
import { productPath } from '../../../lib/product-path.js';

export function EditProductPage() {
  const id = useParams()['id']!;
  const { data, error, refetch } = useAdminProductQuery({
    variables: { id },
    fetchPolicy: 'cache-and-network',
  });
  const { choices } = useCategories();
  const [archive] = useAdminArchiveProductMutation();
  const [restore] = useAdminRestoreProductMutation();
  const { run, busy, problem, dismiss } = useAction();
  const product = data?.product;

  if (!product || !choices) {
    if (error) return <ProblemNotice error={error} onRetry={refetch} />;
    return data && !product ? <Empty title="Product not found" /> : <Skeleton className="h-96" />;
  }
  const variables = { input: { productId: id } };
  const others = product.variants.filter((variant) => variant.id !== id);
  return (
    <>
      <PageHeader
        back={['Catalogue', '/admin/catalogue']}
        title={product.name}
        note={
          <>
            <span className="font-mono text-sm">{product.sku}</span>{' '}
            {product.isArchived && <Badge>Archived: can be read, not bought</Badge>}
          </>
        }
      >
        <Link to={productPath(product.sku)} className="text-sm underline">
          See it in the shop
        </Link>
        <ButtonLink to={`/admin/catalogue/new?variantOf=${id}`} look="secondary">
          Add a variant
        </ButtonLink>
        <Button
          look="secondary"
          isBusy={busy === 'archive'}
          onClick={() =>
            void run('archive', async () =>
              product.isArchived
                ? (await restore({ variables })).data?.restoreProduct.userErrors
                : (await archive({ variables })).data?.archiveProduct.userErrors,
            )
          }
        >
          {product.isArchived ? 'Restore to the catalogue' : 'Archive'}
        </Button>
      </PageHeader>
      <ActionNotice problem={problem} onDismiss={dismiss} />
      {others.length > 0 && (
        <nav aria-label="Variants" className="mb-6 flex flex-wrap items-baseline gap-2 text-sm">
          Other variants:
          {others.map((variant) => (
            <Link
              key={variant.id}
              to={`/admin/catalogue/${variant.id}`}
              className="rounded-full border border-stone-300 px-3 py-1 hover:border-stone-500 dark:border-stone-700"
            >
              {variant.name}
            </Link>
          ))}
        </nav>
      )}
      <div className="grid items-start gap-6 xl:grid-cols-[1fr_26rem]">
        <ProductForm key={product.id} product={product} categories={choices} />
        <StockPanel key={`stock-${product.id}`} product={product} />
      </div>
    </>
  );
}
