import { v7 } from 'uuid';

export { isId } from './is-id.js';

/** A new opaque identifier: UUID version 7, so that indexes grow at one end (RFC 9562 §5.7). */
export const newId = (): string => v7();
