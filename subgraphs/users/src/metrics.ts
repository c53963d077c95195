import { Counter, type GaugeDefinition, type Registry } from '@cartograph/kit';

/** What this service counts besides what every service counts. */
export function createCounters(registry: Registry) {
  return {
    passwordChecks: new Counter({
      name: 'cartograph_users_password_checks_total',
      help: 'Passwords entered to sign in or to confirm a change, by outcome; "slowed" ones were not checked',
      labelNames: ['outcome'] as const,
      registers: [registry],
    }),
  };
}

export const createGauges = (): readonly GaugeDefinition[] => [];
