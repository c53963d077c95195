import { Counter, type Registry } from '@cartograph/kit';

export type CartMetrics = ReturnType<typeof createCartMetrics>;

/** What this service counts beside what all services count. */
export function createCartMetrics(registry: Registry) {
  return {
    changes: new Counter({
      name: 'cartograph_cart_changes_total',
      help: 'Changes asked for, by mutation and outcome: DONE, or the code of the first user error',
      labelNames: ['change', 'outcome'] as const,
      registers: [registry],
    }),
  };
}
