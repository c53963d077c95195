import { v7, validate } from 'uuid';

/** A new opaque identifier: UUID version 7, so that indexes grow at one end (RFC 9562 §5.7). */
export const newId = (): string => v7();

/** Whether an `ID` argument can be one of ours; a malformed one is "not found", never a fault of the store. */
export const isId = (value: string): boolean => validate(value);
