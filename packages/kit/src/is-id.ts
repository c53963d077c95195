import { validate } from 'uuid';

/** Whether an `ID` argument can be one of ours; a malformed one is "not found", never an error of the store. */
export const isId = (value: string): boolean => validate(value);
