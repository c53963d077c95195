import { v4 as uuid } from 'uuid';

/**
 * A key for what must be done once, however often it is sent. Not by `crypto.randomUUID`: a page that came by plain HTTP
 * from another machine, as in a cluster of one's own, has none.
 */
export const newIdempotencyKey = (): string => uuid();
