import { useEffect } from 'react';
import { Link, useParams } from 'react-router';
import { Button } from '../../../components/Button.js';
import { Panel } from '../../../components/Panel.js';
import { Price } from '../../../components/Price.js';
import { ProblemNotice } from '../../../components/ProblemNotice.js';
import { Skeleton } from '../../../components/Skeleton.js';
import { ActionNotice } from '../components/ActionNotice.js';
import { StatusBadge } from '../components/Badge.js';
import { Empty } from '../components/Empty.js';
import { LiveBadge } from '../components/LiveBadge.js';
import { PageHeader } from '../components/PageHeader.js';
import { Table } from '../components/Table.js';
import { When } from '../components/When.js';
import { useAdminOrderQuery } from './AdminOrder.generated.js';
import { useAdminOrderChangedSubscription } from './AdminOrderChanged.generated.js';
import { History } from './History.js';
import { PaymentPanel } from './PaymentPanel.js';
import { TRANSITION_LABELS } from './transitions.js';
import { useMoving } from './use-moving.js';

const POLL_MS = 2_000;
const COUNTRIES = new Intl.DisplayNames(undefined, { type: 'region' });

/** One order with all that is known of it, up to date while it is looked at. */
export function OrderPage() {
  const id = useParams()['id']!;
  const {
    data: present,
    previousData,
    error,
    refetch,
    startPolling,
    stopPolling,
  } = useAdminOrderQuery({
    variables: { id },
    fetchPolicy: 'cache-and-network',
    // If one service is unavailable, the data of the others is still shown.
    errorPolicy: 'all',
  });
  const data = present ?? previousData;
  const isRefunding = data?.order?.payment?.refunds.some(({ status }) => status === 'PENDING') ?? false;
  // A refund is confirmed when the provider answers, and the stream of a delivered order has ended by then.
  useEffect(() => {
    if (!isRefunding) return undefined;
    startPolling(POLL_MS);
    return stopPolling;
  }, [isRefunding, startPolling, stopPolling]);
  // The event only says that something happened; order, payment and refunds are reloaded.
  useAdminOrderChangedSubscription({ variables: { orderId: id }, onData: () => void refetch() });
  const { ask, dialog, problem, dismiss } = useMoving(() => void refetch());
  // Of the address that is open: the one before may belong to another order.
  const order = data?.order?.id === id ? data.order : undefined;

  if (!order) {
    if (error) return <ProblemNotice error={error} onRetry={refetch} />;
    return present ? <Empty title="Order not found" /> : <Skeleton className="h-96" />;
  }
  const address = order.shippingAddress;
  const isFinal = order.status === 'DELIVERED' || order.status === 'CANCELLED';
  return (
    <>
      <PageHeader
        back={['All orders', '/admin/orders']}
        title={order.number}
        note={
          <>
            <StatusBadge status={order.status} /> placed <When at={order.placedAt} />
          </>
        }
      >
        {!isFinal && <LiveBadge />}
        {order.allowedTransitions.map((status) => (
          <Button
            key={status}
            look={status === 'CANCELLED' ? 'secondary' : 'primary'}
            onClick={() => ask(order, status)}
          >
            {TRANSITION_LABELS[status]}
          </Button>
        ))}
      </PageHeader>
      {error && (
        <div className="mb-4">
          <ProblemNotice error={error} onRetry={refetch} />
        </div>
      )}
      <ActionNotice problem={problem} onDismiss={dismiss} />
      <div className="grid gap-6 lg:grid-cols-[1fr_22rem]">
        <div className="min-w-0 space-y-6">
          <Table
            label="Items"
            columns={['Item', 'SKU', { number: 'Unit price' }, { number: 'Quantity' }, { number: 'Total' }]}
          >
            {order.items.map((item) => (
              <tr key={item.sku}>
                <td className="min-w-40 font-medium">
                  {item.product ? (
                    <Link to={`/admin/catalogue/${item.product.id}`} className="underline">
                      {item.name}
                    </Link>
                  ) : (
                    item.name
                  )}
                </td>
                <td className="font-mono text-xs whitespace-nowrap">{item.sku}</td>
                <td className="tabular-nums">
                  <Price value={item.unitPrice} />
                </td>
                <td className="tabular-nums">{item.quantity}</td>
                <td className="font-medium tabular-nums">
                  <Price value={item.lineTotal} />
                </td>
              </tr>
            ))}
            <tr className="border-t-2 border-stone-200 dark:border-stone-700">
              <td colSpan={4} className="font-semibold">
                Total
              </td>
              <td className="font-semibold tabular-nums">
                <Price value={order.total} />
              </td>
            </tr>
          </Table>
          <Panel>
            <h2 className="mb-4 text-lg font-semibold">History</h2>
            <History events={order.history} />
          </Panel>
        </div>
        <div className="space-y-6">
          <PaymentPanel payment={order.payment} onDone={() => void refetch()} />
          <Panel>
            <h2 className="mb-2 text-lg font-semibold">Customer</h2>
            {order.customer ? (
              <p className="break-words">
                {order.customer.name}
                <br />
                <Link
                  to={`/admin/users?q=${encodeURIComponent(order.customer.email ?? '')}`}
                  className="text-sm underline"
                >
                  {order.customer.email}
                </Link>
              </p>
            ) : (
              <p>Customer details are temporarily unavailable.</p>
            )}
            <h2 className="mt-6 mb-2 text-lg font-semibold">Ships to</h2>
            <address className="not-italic">
              {[
                address.name,
                address.line1,
                address.line2,
                [address.postalCode, address.city].filter(Boolean).join(' '),
                address.region,
                COUNTRIES.of(address.country),
              ]
                .filter(Boolean)
                .map((line) => (
                  <span key={line} className="block">
                    {line}
                  </span>
                ))}
            </address>
            {order.reservedUntil && (
              <p className="mt-4 text-sm text-stone-600 dark:text-stone-400">
                Its items are reserved until <When at={order.reservedUntil} />.
              </p>
            )}
          </Panel>
        </div>
      </div>
      {dialog}
    </>
  );
}
