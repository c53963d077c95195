import { Link, useParams } from 'react-router';
import { ConnectionBadge } from '../../components/ConnectionBadge.js';
import { Moment } from '../../components/Moment.js';
import { Panel } from '../../components/Panel.js';
import { ProblemNotice } from '../../components/ProblemNotice.js';
import { RequireSession } from '../../components/RequireSession.js';
import { Skeleton } from '../../components/Skeleton.js';
import { usePageTitle } from '../../lib/page-title.js';
import { CancelOrder } from './CancelOrder.js';
import { History } from './History.js';
import { useOrderQuery, type OrderQuery } from './Order.generated.js';
import { Address, OrderItems } from './OrderItems.js';
import { PaymentPanel } from './PaymentPanel.js';
import { Timeline } from './Timeline.js';
import { useLiveOrder } from './use-live-order.js';

export function OrderPage() {
  const { orderId = '' } = useParams();
  return <RequireSession>{() => <LoadedOrder key={orderId} orderId={orderId} />}</RequireSession>;
}

function LoadedOrder({ orderId }: { readonly orderId: string }) {
  const { data, loading, error, refetch } = useOrderQuery({
    variables: { id: orderId },
    errorPolicy: 'all',
    fetchPolicy: 'network-only',
    nextFetchPolicy: 'cache-first',
  });
  usePageTitle(data?.order?.number ?? 'Order');
  if (data?.order) return <LiveOrder order={data.order} />;
  if (loading) {
    return (
      <div className="space-y-6">
        <Skeleton className="h-10 w-64" />
        <Skeleton className="h-44" />
        <Skeleton className="h-64" />
      </div>
    );
  }
  if (error) return <ProblemNotice error={error} onRetry={refetch} />;
  return (
    <Panel className="py-16 text-center">
      <h1 className="font-display text-2xl">Order not found in your account</h1>
      <Link to="/account/orders" className="mt-3 inline-block underline">
        See all your orders
      </Link>
    </Panel>
  );
}

function LiveOrder({ order }: { readonly order: NonNullable<OrderQuery['order']> }) {
  const streamError = useLiveOrder(order);
  const isFinal = order.status === 'DELIVERED' || order.status === 'CANCELLED';
  return (
    <>
      <nav aria-label="Breadcrumb" className="mb-2 text-sm text-stone-600 dark:text-stone-400">
        <Link to="/account/orders" className="hover:underline">
          Your orders
        </Link>
      </nav>
      <div className="mb-6 flex flex-wrap items-center justify-between gap-3">
        <div>
          <h1 className="font-display text-3xl">{order.number}</h1>
          <p className="mt-1 text-stone-600 dark:text-stone-400">
            Placed on <Moment at={order.placedAt} />
          </p>
        </div>
        {!isFinal && <ConnectionBadge />}
      </div>
      {streamError !== undefined && (
        <div className="mb-6">
          <ProblemNotice error={streamError} />
        </div>
      )}
      <Panel>
        <Timeline order={order} />
      </Panel>
      <div className="mt-6 grid items-start gap-6 lg:grid-cols-[1fr_22rem]">
        <div className="space-y-6">
          <PaymentPanel order={order} />
          <OrderItems order={order} />
        </div>
        <div className="space-y-6">
          <Panel>
            <h2 className="mb-2 font-display text-xl">Sent to</h2>
            <Address address={order.shippingAddress} />
          </Panel>
          <History history={order.history} />
          {order.allowedTransitions.includes('CANCELLED') && (
            <CancelOrder orderId={order.id} number={order.number} />
          )}
        </div>
      </div>
    </>
  );
}
