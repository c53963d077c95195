import { postgresDatabase } from '@cartograph/kit/postgres';
import { Payments1763600000000 } from './migrations/001-payments.js';
import { AbandonedAttempts1764100000000 } from './migrations/002-abandoned-attempts.js';
import { OrderChecks1764550000000 } from './migrations/003-order-checks.js';
import { SentEvents1796342400000 } from './migrations/004-sent-events.js';
import { AttemptTable, PaymentTable, RefundTable } from './tables.js';

export const paymentsDatabase = postgresDatabase({
  url: 'PAYMENTS_DATABASE_URL',
  entities: [PaymentTable, AttemptTable, RefundTable],
  migrations: {
    '001-payments': Payments1763600000000,
    '002-abandoned-attempts': AbandonedAttempts1764100000000,
    '003-order-checks': OrderChecks1764550000000,
    '004-sent-events': SentEvents1796342400000,
  },
});
