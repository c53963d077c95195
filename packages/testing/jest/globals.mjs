// What `@jest/globals` gives to test files: one module for all files of a worker, always on behalf of the file that runs now.
const SLOT = Symbol.for('cartograph.tests.globals');

/** Sets what the following names stand for. */
export function useGlobals(globals) {
  globalThis[SLOT] = globals;
}

const current = (name) => {
  const globals = globalThis[SLOT];
  if (!globals) throw new Error('Tests are run by `npm test -- path`.');
  return globals[name];
};

const forward = (name) =>
  new Proxy(() => undefined, {
    apply: (_target, _self, args) => current(name)(...args),
    get: (_target, property) => current(name)[property],
  });

export const afterAll = forward('afterAll');
export const afterEach = forward('afterEach');
export const beforeAll = forward('beforeAll');
export const beforeEach = forward('beforeEach');
export const describe = forward('describe');
export const expect = forward('expect');
export const it = forward('it');
export const test = forward('test');
export const jest = forward('jest');
