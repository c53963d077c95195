import { describe, expect, it } from '@jest/globals';
import { createErrorFormatter } from '../src/errors.js';
import { createLogger } from '../src/logger.js';
import { isStoreOutage } from '../src/store-outage.js';

const withCode = (code: string) => Object.assign(new Error('x'), { code });

describe('A store outage', () => {
  it.each([
    withCode('ECONNREFUSED'),
    withCode('57P01'),
    withCode('08006'),
    new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')]),
    Object.assign(new Error('QueryFailedError'), { driverError: withCode('57P03') }),
    new Error('wrapped', { cause: withCode('ECONNRESET') }),
    new Error('Connection terminated unexpectedly'),
    new Error('Client has encountered a connection error and is not queryable'),
    new Error("Stream isn't writeable and enableOfflineQueue options is false"),
    new Error('LOADING Redis is loading the dataset in memory'),
    Object.assign(new Error('x'), { name: 'MongoServerSelectionError' }),
    Object.assign(new Error('x'), { name: 'MongoPoolClearedError' }),
  ])('is told from %s', (error) => expect(isStoreOutage(error)).toBe(true));

  it.each([withCode('23505'), withCode('42601'), new TypeError('x is not a function'), 'ECONNREFUSED', null])(
    'is not told from %s',
    (error) => expect(isStoreOutage(error)).toBe(false),
  );

  it('is answered as SERVICE_UNAVAILABLE, without what the driver said', () => {
    const format = createErrorFormatter(createLogger('test', 'silent'));
    const error = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), { code: 'ECONNREFUSED' });
    const answer = format(
      { message: error.message, path: ['me'], extensions: { code: 'INTERNAL_SERVER_ERROR' } },
      error,
    );
    expect(answer).toMatchObject({ path: ['me'], extensions: { code: 'SERVICE_UNAVAILABLE' } });
    expect(JSON.stringify(answer)).not.toContain('10.0.0.7');
  });
});
