import { v4 as uuid } from 'uuid';

/**
 * A key for an action that must happen once, however often it is sent. `crypto.randomUUID` is not available on a page loaded over
 * plain HTTP from another machine, as from a local cluster.
 */
export const newIdempotencyKey = (): string => uuid();
