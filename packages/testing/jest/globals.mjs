// What `@jest/globals` gives to test files. The files of a worker process share this module: `useGlobals` makes its exports
// stand for the file that runs now.
export let afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest, test;

/** Sets what the exports are. */
export function useGlobals(globals) {
  ({ afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest, test } = globals);
}
