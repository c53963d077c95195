import { describe, expect, it } from '@jest/globals';
import type { OrderStatus } from './order-state.js';
import { differencesOf, type Counterparts, type Difference } from './reconciliation.js';

const total = { minor: 1250, currency: 'EUR' } as const;
const paid: Counterparts['payment'] = { status: 'SUCCEEDED', amount: total };
const failed: Counterparts['payment'] = { status: 'FAILED', amount: total };
const refunded: Counterparts['payment'] = { status: 'REFUNDED', amount: total };

describe('an order', () => {
  it.each<[OrderStatus, Counterparts['payment'], Counterparts['stock']]>([
    ['PENDING', undefined, 'RESERVED'],
    ['PENDING', failed, 'RESERVED'],
    ['PROCESSING', paid, 'RESERVED'],
    ['SHIPPED', paid, 'SOLD'],
    ['DELIVERED', refunded, 'SOLD'],
    ['CANCELLED', refunded, 'RELEASED'],
    ['CANCELLED', failed, 'RELEASED'],
    ['CANCELLED', undefined, undefined],
  ])('that is %s agrees with its payment %j and stock that is %s', (status, payment, stock) => {
    expect(differencesOf({ status, total }, { payment, stock })).toEqual([]);
  });

  it.each<[OrderStatus, Counterparts['payment'], Counterparts['stock'], Difference[]]>([
    ['PENDING', paid, 'RESERVED', ['PAYMENT_NOT_APPLIED']],
    ['PROCESSING', undefined, 'RESERVED', ['NOT_PAID']],
    ['PROCESSING', failed, 'RESERVED', ['NOT_PAID']],
    ['PROCESSING', { status: 'SUCCEEDED', amount: { ...total, minor: 1 } }, 'RESERVED', ['WRONG_AMOUNT']],
    ['PROCESSING', paid, 'RELEASED', ['STOCK_NOT_RESERVED']],
    ['PROCESSING', paid, undefined, ['STOCK_NOT_RESERVED']],
    ['SHIPPED', paid, 'RESERVED', ['STOCK_NOT_SOLD']],
    ['DELIVERED', undefined, 'RESERVED', ['NOT_PAID', 'STOCK_NOT_SOLD']],
    ['CANCELLED', paid, 'RELEASED', ['NOT_REFUNDED']],
    ['CANCELLED', refunded, 'RESERVED', ['STOCK_NOT_RELEASED']],
  ])(
    'that is %s differs from its payment %j and stock that is %s: %j',
    (status, payment, stock, expected) => {
      expect(differencesOf({ status, total }, { payment, stock })).toEqual(expected);
    },
  );
});
