import { Counter, type GaugeDefinition, type Registry } from '@cartograph/kit';
import type { StockOutcome } from './use-cases/stock/move-hold.js';

export type Counters = ReturnType<typeof createCounters>;

/** Counters of stock outcomes and of cache hits. */
export function createCounters(registry: Registry) {
  const registers = [registry];
  const outcomes = new Counter({
    name: 'cartograph_stock_holds_total',
    help: 'Orders whose stock was reserved, found short, released, committed or expired',
    labelNames: ['outcome'] as const,
    registers,
  });
  const reads = new Counter({
    name: 'cartograph_product_cache_reads_total',
    help: 'Products read from the cache, by outcome',
    labelNames: ['outcome'] as const,
    registers,
  });
  const answers = new Counter({
    name: 'cartograph_product_answers_total',
    help: 'Requests for lists of products and categories, by whether the answer came from the cache',
    labelNames: ['outcome'] as const,
    registers,
  });
  return {
    stockOutcome: (outcome: StockOutcome) => outcomes.inc({ outcome }),
    cacheRead: (hits: number, misses: number) => {
      reads.inc({ outcome: 'hit' }, hits);
      reads.inc({ outcome: 'miss' }, misses);
    },
    answer: (wasCached: boolean) => answers.inc({ outcome: wasCached ? 'hit' : 'miss' }),
  };
}

/** The relay measures the outbox; nothing else has a level to read. */
export const createGauges = (): readonly GaugeDefinition[] => [];
