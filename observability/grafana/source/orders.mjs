import { rate } from './queries.mjs';

export const orders = {
  uid: 'cartograph-orders',
  title: 'Cartograph: orders',
  description: 'From cart to delivery: how many reach each step.',
  rows: [
    {
      title: 'The funnel, last hour',
      panels: [
        {
          title: 'Carts changed',
          kind: 'stat',
          queries: { done: 'sum(increase(cartograph_cart_changes_total{outcome="DONE"}[1h]))' },
        },
        ...[
          ['Placed', 'order.placed'],
          ['Paid', 'order.processing'],
          ['Shipped', 'order.shipped'],
          ['Delivered', 'order.delivered'],
          ['Cancelled', 'order.cancelled'],
        ].map(([title, type]) => ({
          title,
          kind: 'stat',
          queries: { orders: `sum(increase(cartograph_events_published_total{type="${type}"}[1h]))` },
        })),
      ],
    },
    {
      title: 'Checkouts',
      panels: [
        {
          title: 'Orders by event',
          unit: 'cpm',
          queries: {
            '{{type}}': `sum by (type) (rate(cartograph_order_events_total[$__rate_interval])) * 60`,
          },
        },
        { title: 'Neither placed nor undone', queries: { checkouts: 'max(cartograph_checkouts_open)' } },
        {
          title: 'Continued by the recovery worker',
          unit: 'reqps',
          queries: { '{{outcome}}': rate('cartograph_checkouts_recovered_total', 'outcome') },
        },
      ],
    },
    {
      title: 'Stock and payments',
      panels: [
        {
          title: 'Stock held',
          unit: 'reqps',
          queries: { '{{outcome}}': rate('cartograph_stock_holds_total', 'outcome') },
        },
        { title: 'Payments by status', queries: { '{{status}}': 'max by (status) (cartograph_payments)' } },
        { title: 'Charges in doubt', queries: { charges: 'max(cartograph_payments_in_doubt)' } },
      ],
    },
  ],
};
