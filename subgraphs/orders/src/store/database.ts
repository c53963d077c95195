import { postgresDatabase } from '@cartograph/kit/postgres';
import { CreateOrders1767225600000 } from './migrations/001-create-orders.js';
import { CartClaims1796082000000 } from './migrations/002-cart-claims.js';
import { StockSettlements1796169600000 } from './migrations/003-stock-settlements.js';
import { Discounts1796256000000 } from './migrations/004-discounts.js';
import { SentEvents1796342400000 } from './migrations/005-sent-events.js';
import { Reconciliation1796342500000 } from './migrations/006-reconciliation.js';
import { CheckoutTable, OrderEventTable, OrderTable, StockSettlementTable } from './tables.js';

export const ordersDatabase = postgresDatabase({
  url: 'ORDERS_DATABASE_URL',
  poolSize: 'DATABASE_POOL',
  entities: [OrderTable, OrderEventTable, CheckoutTable, StockSettlementTable],
  migrations: {
    '001-create-orders': CreateOrders1767225600000,
    '002-cart-claims': CartClaims1796082000000,
    '003-stock-settlements': StockSettlements1796169600000,
    '004-discounts': Discounts1796256000000,
    '005-sent-events': SentEvents1796342400000,
    '006-reconciliation': Reconciliation1796342500000,
  },
});
