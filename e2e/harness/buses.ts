import { findRabbitMq, TEST_BUSES, type TestBus } from '@cartograph/testing';

/**
 * What carries the events in stories that hold on either bus: what `EVENT_BUS` says (redis, rabbitmq or both), else what
 * the story wants, as far as it is installed. A pipeline has everything, and misses nothing in silence.
 */
export function chooseBuses(wanted: TestBus | 'both'): readonly TestBus[] {
  const isPossible = findRabbitMq() !== undefined || process.env['CI'] !== undefined;
  const chosen = process.env['EVENT_BUS'] ?? (isPossible ? wanted : 'redis');
  const buses = chosen === 'both' ? TEST_BUSES : TEST_BUSES.filter((bus) => bus === chosen);
  if (buses.length === 0) throw new Error(`EVENT_BUS is redis, rabbitmq or both, got "${chosen}".`);
  return buses;
}
