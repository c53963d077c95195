import { Link } from 'react-router';
import { DiscountRows } from '../../components/DiscountRows.js';
import { Panel } from '../../components/Panel.js';
import { formatPrice, Price } from '../../components/Price.js';
import type { OrderQuery } from './Order.generated.js';
import { productPath } from '../../lib/product-path.js';

type Order = NonNullable<OrderQuery['order']>;

/** What was ordered, with the names and prices of that moment. */
export function OrderItems({ order }: { readonly order: Order }) {
  return (
    <Panel>
      <h2 className="mb-2 font-display text-xl">What you ordered</h2>
      <ul className="divide-y divide-stone-200 dark:divide-stone-800">
        {order.items.map((item) => (
          <li key={item.sku} className="flex items-center gap-4 py-3">
            <div className="size-16 shrink-0 overflow-hidden rounded-lg bg-stone-100 dark:bg-stone-800">
              {item.product?.imageUrl && (
                <img src={item.product.imageUrl} alt="" className="size-full object-cover" />
              )}
            </div>
            <div className="min-w-0 grow">
              {item.product ? (
                <Link to={productPath(item.product.sku)} className="font-medium hover:underline">
                  {item.name}
                </Link>
              ) : (
                <p className="font-medium">{item.name}</p>
              )}
              <p className="text-sm text-stone-600 dark:text-stone-400">
                {item.quantity} × {formatPrice(item.unitPrice)}
              </p>
            </div>
            <Price value={item.lineTotal} className="tabular-nums" />
          </li>
        ))}
      </ul>
      <DiscountRows discounts={order.discounts} />
      <p className="mt-2 flex justify-between border-t border-stone-200 pt-4 text-lg font-semibold dark:border-stone-800">
        <span>Total</span>
        <Price value={order.total} className="tabular-nums" />
      </p>
    </Panel>
  );
}

export function Address({ address }: { readonly address: Order['shippingAddress'] }) {
  const country = new Intl.DisplayNames('en', { type: 'region' }).of(address.country) ?? address.country;
  const lines = [
    address.name,
    address.line1,
    address.line2,
    [address.postalCode, address.city].filter(Boolean).join(' '),
    address.region,
    country,
  ].filter(Boolean);
  return (
    <address className="not-italic">
      {lines.map((line) => (
        <span key={line} className="block">
          {line}
        </span>
      ))}
    </address>
  );
}
