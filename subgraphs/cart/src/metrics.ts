import { Counter, type GaugeDefinition, type Registry } from '@cartograph/kit';

export type CartCounters = ReturnType<typeof createCounters>;

/** What this service counts besides what every service counts. */
export function createCounters(registry: Registry) {
  return {
    changes: new Counter({
      name: 'cartograph_cart_changes_total',
      help: 'Requested changes, by mutation and outcome: DONE, or the code of the first user error',
      labelNames: ['change', 'outcome'] as const,
      registers: [registry],
    }),
  };
}

export const createGauges = (): readonly GaugeDefinition[] => [];
