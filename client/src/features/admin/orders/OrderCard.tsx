import { Link } from 'react-router';
import { Price } from '../../../components/Price.js';
import type { OrderStatus } from '../../../generated/schema.js';
import { StatusBadge } from '../components/Badge.js';
import { When } from '../components/When.js';
import type { BoardOrderFragment } from './BoardOrder.generated.js';
import { TRANSITION_LABELS } from './transitions.js';

interface OrderCardProps {
  readonly order: BoardOrderFragment;
  readonly onMove: (order: BoardOrderFragment, status: OrderStatus) => void;
}

export function OrderCard({ order, onMove }: OrderCardProps) {
  const [first] = order.items;
  return (
    <article
      data-order={order.number}
      className="rounded-xl border border-stone-200 bg-white p-3 text-sm shadow-xs transition-[opacity,translate] duration-500 motion-safe:starting:-translate-y-2 motion-safe:starting:opacity-0 dark:border-stone-800 dark:bg-stone-900"
    >
      <div className="flex items-baseline justify-between gap-2">
        <h3 className="font-mono text-[0.8rem] font-semibold">
          <Link to={`/admin/orders/${order.id}`} className="hover:underline">
            {order.number}
          </Link>
        </h3>
        <Price value={order.total} className="font-semibold tabular-nums" />
      </div>
      <p className="mt-1 truncate">{order.customer?.name ?? 'Customer unavailable'}</p>
      <p className="truncate text-stone-600 dark:text-stone-400">
        {first?.quantity} × {first?.name}
        {order.items.length > 1 && ` and ${order.items.length - 1} more`}
      </p>
      <p className="mt-2 flex flex-wrap items-center justify-between gap-2 text-stone-600 dark:text-stone-400">
        <When at={order.placedAt} />
        {order.payment && order.payment.status !== 'SUCCEEDED' && (
          <span title={order.payment.failureReason ?? undefined}>
            <span className="sr-only">Payment: </span>
            <StatusBadge status={order.payment.status} />
          </span>
        )}
      </p>
      {order.allowedTransitions.length > 0 && (
        <div className="mt-2 flex flex-wrap gap-x-1 border-t border-stone-100 pt-1.5 dark:border-stone-800">
          {order.allowedTransitions.map((status) => (
            <button
              key={status}
              type="button"
              onClick={() => onMove(order, status)}
              aria-label={`${TRANSITION_LABELS[status]} ${order.number}`}
              className={`min-h-9 rounded-lg px-2.5 font-medium hover:bg-stone-100 dark:hover:bg-stone-800 ${
                status === 'CANCELLED'
                  ? 'ml-auto text-red-700 dark:text-red-400'
                  : 'text-leaf-800 dark:text-green-300'
              }`}
            >
              {TRANSITION_LABELS[status]}
            </button>
          ))}
        </div>
      )}
    </article>
  );
}
