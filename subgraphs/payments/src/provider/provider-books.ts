import type { DataSource } from 'typeorm';
import type { ChargeResult } from './payment-provider.js';

/**
 * Where the simulated provider keeps its books: separate from the service's tables and outside its transactions, because a
 * real provider is another company.
 */
export interface ProviderBooks {
  /** Enters a charge if its key is new, else returns the result that the key already has. */
  enterCharge(key: string, amountMinor: number, result: ChargeResult): Promise<ChargeResult | undefined>;
  findCharge(key: string): Promise<ChargeResult | undefined>;
  /** Enters a refund if its key is new. */
  enterRefund(key: string, chargeKey: string, amountMinor: number): Promise<void>;
}

interface ChargeRow {
  status: 'succeeded' | 'declined';
  reason: string | null;
}

const toResult = ({ status, reason }: ChargeRow): ChargeResult =>
  status === 'succeeded' ? { status } : { status, reason: reason ?? '' };

/** The books in a schema of their own; see the first migration. */
export function createProviderBooks(database: DataSource): ProviderBooks {
  const find = async (key: string): Promise<ChargeResult | undefined> => {
    const [row] = await database.query<ChargeRow[]>(
      'SELECT status, reason FROM provider.charges WHERE key = $1',
      [key],
    );
    return row && toResult(row);
  };
  return {
    findCharge: find,
    async enterCharge(key, amountMinor, result) {
      const entered = await database.query<unknown[]>(
        `INSERT INTO provider.charges (key, amount_minor, status, reason) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING RETURNING key`,
        [key, amountMinor, result.status, result.status === 'declined' ? result.reason : null],
      );
      return entered.length === 1 ? undefined : find(key);
    },
    async enterRefund(key, chargeKey, amountMinor) {
      await database.query(
        'INSERT INTO provider.refunds (key, charge_key, amount_minor) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
        [key, chargeKey, amountMinor],
      );
    },
  };
}
