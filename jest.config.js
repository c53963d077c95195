/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  testMatch: [
    '<rootDir>/{packages,subgraphs}/*/{src,tests}/**/*.test.ts',
    '<rootDir>/{gateway,client,scripts,schema,e2e,bench,k8s,observability}/**/*.test.ts',
  ],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
  // Node loads and shares modules, TypeScript included: see these files.
  testRunner: '<rootDir>/packages/testing/jest/test-runner.mjs',
  transform: {},
  injectGlobals: false,
  globalSetup: '<rootDir>/packages/testing/jest/global-setup.mjs',
  globalTeardown: '<rootDir>/packages/testing/jest/global-teardown.mjs',
  maxWorkers: 2,
  testTimeout: 120_000,
};
