import { MongoBulkWriteError, MongoServerError } from 'mongodb';

/** Whether a write failed because of a unique index. */
export const isDuplicateKey = (error: unknown): boolean =>
  error instanceof MongoServerError && error.code === 11000;

/**
 * Which of the documents of an `insertMany` were there already, by their places.
 * @param error what it rejected with, if it did
 * @throws the error if it is about anything else
 */
export function duplicatesOf(error: unknown): number[] {
  if (error === undefined) return [];
  const errors = error instanceof MongoBulkWriteError ? [error.writeErrors].flat() : [];
  if (errors.length === 0 || errors.some(({ code }) => code !== 11000)) throw error;
  return errors.map(({ index }) => index);
}

/** For inserts of what may be there already. @throws the error if it is about anything else */
export const ignoreDuplicates = (error: unknown): void => void duplicatesOf(error);
