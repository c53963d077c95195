import { Link } from 'react-router';
import { LoadMore } from '../../components/LoadMore.js';
import { Moment } from '../../components/Moment.js';
import { Panel } from '../../components/Panel.js';
import { Price } from '../../components/Price.js';
import { ProblemNotice } from '../../components/ProblemNotice.js';
import { Skeleton } from '../../components/Skeleton.js';
import { StatusBadge } from '../../components/StatusBadge.js';
import { usePageTitle } from '../../lib/page-title.js';
import { useMyOrdersQuery } from './MyOrders.generated.js';

const PAGE_SIZE = 10;
const PICTURES = 4;

export function OrdersPage() {
  usePageTitle('Your orders');
  const { data, loading, error, refetch, fetchMore } = useMyOrdersQuery({
    variables: { first: PAGE_SIZE },
    errorPolicy: 'all',
    fetchPolicy: 'cache-and-network',
  });
  const orders = data?.me?.orders;
  return (
    <>
      <h1 className="mb-6 font-display text-3xl">Your orders</h1>
      {error && !orders && <ProblemNotice error={error} onRetry={refetch} />}
      {!orders && loading && (
        <div className="space-y-4">
          <Skeleton className="h-28" />
          <Skeleton className="h-28" />
        </div>
      )}
      {orders?.totalCount === 0 && (
        <Panel className="py-16 text-center">
          <p className="font-medium">You have not ordered anything yet.</p>
          <Link to="/products" className="mt-3 inline-block underline">
            Find something you like
          </Link>
        </Panel>
      )}
      <ul className="space-y-4">
        {orders?.edges.map(({ node }) => (
          <li key={node.id}>
            <Link
              to={`/orders/${node.id}`}
              className="flex flex-wrap items-center gap-x-6 gap-y-3 rounded-2xl border border-stone-200 bg-white p-5 hover:border-leaf-600 dark:border-stone-800 dark:bg-stone-900"
            >
              <span className="flex -space-x-3">
                {node.items.slice(0, PICTURES).map((item, index) => (
                  <span
                    key={`${item.name}-${index}`}
                    className="size-14 overflow-hidden rounded-full border-2 border-white bg-stone-100 dark:border-stone-900 dark:bg-stone-800"
                  >
                    {item.product?.imageUrl && (
                      <img src={item.product.imageUrl} alt="" className="size-full object-cover" />
                    )}
                  </span>
                ))}
              </span>
              <span className="min-w-0 grow">
                <span className="block font-medium">{node.number}</span>
                <span className="block truncate text-sm text-stone-600 dark:text-stone-400">
                  {node.items.map(({ name }) => name).join(', ')}
                </span>
                <span className="block text-sm text-stone-600 dark:text-stone-400">
                  <Moment at={node.placedAt} />
                </span>
              </span>
              <StatusBadge status={node.status} />
              <Price value={node.total} className="font-semibold tabular-nums" />
            </Link>
          </li>
        ))}
      </ul>
      {orders && (
        <LoadMore
          className="mt-6"
          pageInfo={orders.pageInfo}
          load={(after) => fetchMore({ variables: { after } })}
          label="Show older"
        />
      )}
    </>
  );
}
