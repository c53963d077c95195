import { describe, expect, it } from '@jest/globals';
import { faultsOf } from '../src/adapters/redis-streams-inspection.js';

describe('the version of Redis', () => {
  it.each(['5.0.7', '6.0.16'])('is too old if it is %s', (version) => {
    expect(faultsOf(new Map([['redis_version', version]]))).toEqual([
      `The Redis of the event bus is version ${version}; expected 6.2 or newer. Upgrade it, or set AMQP_URL to use RabbitMQ.`,
    ]);
  });

  it.each(['6.2.14', '7.0.15', '8.0.6', '10.0.0'])('may be %s', (version) => {
    expect(faultsOf(new Map([['redis_version', version]]))).toEqual([]);
  });
});
