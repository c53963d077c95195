import { Link, useSearchParams } from 'react-router';
import { Price } from '../../../components/Price.js';
import { ProblemNotice } from '../../../components/ProblemNotice.js';
import { Skeleton } from '../../../components/Skeleton.js';
import { Badge } from '../components/Badge.js';
import { ButtonLink } from '../components/ButtonLink.js';
import { Empty } from '../components/Empty.js';
import { LoadMore } from '../../../components/LoadMore.js';
import { PageHeader } from '../components/PageHeader.js';
import { SearchField } from '../components/SearchField.js';
import { Table } from '../components/Table.js';
import { useAdminProductsQuery } from './AdminProducts.generated.js';
import type { ProductRowFragment } from './ProductRow.generated.js';

const PAGE_SIZE = 30;
const LOW_STOCK = 5;

export function ProductsPage() {
  const [parameters, setParameters] = useSearchParams();
  const search = parameters.get('q')?.trim() ?? '';
  const includeArchived = parameters.has('archived');
  const { data, previousData, error, refetch, fetchMore } = useAdminProductsQuery({
    variables: {
      first: PAGE_SIZE,
      filter: { includeArchived, ...(search && { search }) },
      sort: search ? 'RELEVANCE' : 'NEWEST',
    },
    fetchPolicy: 'cache-and-network',
  });
  const products = (data ?? previousData)?.products;
  return (
    <>
      <PageHeader
        title="Catalogue"
        note={products && `${products.totalCount} ${products.totalCount === 1 ? 'product' : 'products'}`}
      >
        <ButtonLink to="/admin/catalogue/import" look="secondary">
          Import
        </ButtonLink>
        <ButtonLink to="/admin/catalogue/categories" look="secondary">
          Categories
        </ButtonLink>
        <ButtonLink to="/admin/catalogue/new">New product</ButtonLink>
      </PageHeader>
      <div className="mb-4 flex flex-wrap items-center gap-x-6 gap-y-3">
        <SearchField label="Search the catalogue" />
        <label className="flex min-h-11 items-center gap-2 text-sm">
          <input
            type="checkbox"
            className="size-4 accent-leaf-700"
            checked={includeArchived}
            onChange={(event) => {
              const next = new URLSearchParams(parameters);
              if (event.target.checked) next.set('archived', '1');
              else next.delete('archived');
              setParameters(next, { replace: true });
            }}
          />
          Include archived
        </label>
      </div>
      {error && <ProblemNotice error={error} onRetry={refetch} />}
      {!products && !error && <Skeleton className="h-96" />}
      {products?.totalCount === 0 && <Empty title="No matches">Try fewer words.</Empty>}
      {products && products.totalCount > 0 && (
        <Table
          label="Products"
          columns={[
            'Product',
            'SKU',
            { number: 'Price' },
            { number: 'In stock' },
            { number: 'Reserved' },
            'In the shop',
          ]}
        >
          {/* The list names one variant of a product; each variant has its own stock. */}
          {products.edges.flatMap(({ node }) =>
            (node.variants.length > 0 ? node.variants : [node]).map((each, index) => (
              <Row key={each.id} product={each} isVariant={index > 0} />
            )),
          )}
        </Table>
      )}
      {products && (
        <LoadMore pageInfo={products.pageInfo} load={(after) => fetchMore({ variables: { after } })} />
      )}
    </>
  );
}

function Row({ product, isVariant }: { readonly product: ProductRowFragment; readonly isVariant: boolean }) {
  const { stock } = product;
  return (
    <tr>
      <td className="min-w-56">
        <Link
          to={`/admin/catalogue/${product.id}`}
          className={`flex items-center gap-3 font-medium hover:underline ${isVariant ? 'pl-6' : ''}`}
        >
          {product.imageUrl && (
            <img src={product.imageUrl} alt="" loading="lazy" className="size-9 rounded-md object-cover" />
          )}
          <span>
            {product.name}
            <span className="block text-xs font-normal text-stone-600 dark:text-stone-400">
              {product.category.name}
            </span>
          </span>
        </Link>
      </td>
      <td className="font-mono text-xs whitespace-nowrap">{product.sku}</td>
      <td className="tabular-nums">
        <Price value={product.price} />
      </td>
      <td className="tabular-nums">
        {stock?.available === 0 ? (
          <Badge tone="bad">Sold out</Badge>
        ) : (
          stock && stock.available <= LOW_STOCK && <Badge tone="wait">Low</Badge>
        )}{' '}
        {stock?.available ?? '–'}
      </td>
      <td className="tabular-nums">{stock?.reserved ?? '–'}</td>
      <td>{product.isArchived ? <Badge>Archived</Badge> : 'Yes'}</td>
    </tr>
  );
}
