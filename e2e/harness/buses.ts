import { TEST_BUSES, type TestBus } from '@cartograph/testing';

/** What carries the events in stories that hold on either bus: `EVENT_BUS=rabbitmq npm test -- e2e/model`, or `both`. */
const chosen = process.env['EVENT_BUS'] ?? 'redis';

export const buses: readonly TestBus[] =
  chosen === 'both' ? TEST_BUSES : TEST_BUSES.filter((bus) => bus === chosen);
if (buses.length === 0) throw new Error(`EVENT_BUS is redis, rabbitmq or both, got "${chosen}".`);
