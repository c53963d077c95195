import { Double, Int32 } from 'mongodb';

/** A value with numbers as JavaScript has them, where a test does not ask for their types. */
export const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Int32 || value instanceof Double) return Number(value.value);
  if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
  return value;
};
