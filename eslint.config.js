import { createRequire } from 'node:module';
import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import tseslint from 'typescript-eslint';

const layers = (patterns, message) => ({
  'no-restricted-imports': ['error', { patterns: [{ group: patterns, message }] }],
});
const otherSubgraphs = [
  'users',
  'products',
  'cart',
  'orders',
  'payments',
  'notifications',
  'pricing',
  'shipping',
].map((name) => `@cartograph/${name}`);
/** What puts the layers of a subgraph together, seen from inside a layer. */
const outerFiles = ['**/resolvers/*', '**/events.js', '**/workers.js', '**/context.js', '**/app.js'];
// It belongs to the client, and is installed there with the ESLint that it still asks for.
const jsxA11y = createRequire(new URL('client/package.json', import.meta.url))('eslint-plugin-jsx-a11y');
const STORAGES = ['localStorage', 'sessionStorage', 'indexedDB', 'caches', 'cookieStore'];
const ONE_STORAGE =
  'Only client/src/session/storage.ts stores anything: it deletes all of it when the user signs out.';
const features = ['home', 'catalogue', 'product', 'checkout', 'orders', 'account', 'admin'];

export default tseslint.config(
  { ignores: ['**/dist/', '**/generated/', '**/*.generated.ts', '**/node_modules/', '.data/', 'coverage/'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    languageOptions: { globals: globals.node },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/unified-signatures': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  // The environment has one reader per service.
  {
    files: ['{packages,subgraphs}/*/src/**/*.ts', 'gateway/src/**/*.ts'],
    ignores: ['**/config.ts', 'packages/testing/**', 'packages/launcher/**', 'packages/processes/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only config.ts reads the environment.' },
      ],
    },
  },
  // Imports run resolvers, events, workers → use-cases → domain; store → domain. No subgraph imports another, nor the gateway.
  {
    files: ['subgraphs/*/**/*.ts'],
    rules: layers(
      [...otherSubgraphs, '@cartograph/gateway'],
      'A subgraph never imports another; call it by GraphQL or consume its events.',
    ),
  },
  {
    files: ['subgraphs/*/src/domain/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '@cartograph/kit',
              message: 'domain/ imports pure modules of the kit by path: @cartograph/kit/refusal, …',
            },
            { name: 'node:async_hooks', message: 'domain/ has no ambient context; pass it in.' },
            {
              name: 'node:crypto',
              importNames: [
                'randomUUID',
                'randomBytes',
                'randomInt',
                'randomFillSync',
                'webcrypto',
                'default',
              ],
              message: 'domain/ makes no ids and no random numbers; pass them in.',
            },
            {
              name: 'uuid',
              importNames: ['v1', 'v4', 'v6', 'v7'],
              message: 'domain/ makes no ids; pass them in.',
            },
          ],
          patterns: [
            {
              group: [
                ...otherSubgraphs,
                ...outerFiles,
                '**/store/*',
                '**/use-cases/*',
                '@cartograph/kit/ids',
                '@cartograph/kit/postgres',
                '@cartograph/kit/mongo',
                '@cartograph/kit/redis',
                '@cartograph/kit/request-context',
                'typeorm',
                'pg',
                'mongodb',
                'ioredis',
                'node:fs',
                'node:net',
                'node:http',
              ],
              message: 'domain/ is pure: no IO, no clock, no ids, no store, no use case.',
            },
          ],
        },
      ],
      'no-restricted-globals': [
        'error',
        { name: 'crypto', message: 'domain/ makes no random ids; pass them in.' },
      ],
    },
  },
  {
    files: ['subgraphs/*/src/store/**/*.ts'],
    rules: layers([...otherSubgraphs, ...outerFiles, '**/use-cases/*'], 'store/ imports only domain/.'),
  },
  {
    files: ['subgraphs/*/src/use-cases/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: layers(
      [...otherSubgraphs, ...outerFiles, '**/store/*', '!**/store/store.js'],
      'use-cases/ know domain/ and the interface in store/store.ts.',
    ),
  },
  {
    files: ['packages/*/src/**/*.ts'],
    ignores: ['packages/testing/**'],
    rules: layers(
      [...otherSubgraphs, '@cartograph/gateway', '@cartograph/testing'],
      'packages/ know no service.',
    ),
  },
  // The storefront: hooks by their rules, usable by keyboard and screen reader.
  {
    files: ['client/src/**/*.{ts,tsx}'],
    languageOptions: { globals: globals.browser },
    plugins: { 'react-hooks': reactHooks, 'jsx-a11y': jsxA11y },
    rules: {
      ...reactHooks.configs.recommended.rules,
      ...jsxA11y.flatConfigs.recommended.rules,
      'jsx-a11y/label-has-associated-control': ['error', { depth: 4 }],
      // What scrolls must be reachable by keyboard.
      'jsx-a11y/no-noninteractive-tabindex': ['error', { tags: ['pre'], roles: ['region', 'tabpanel'] }],
    },
  },
  // All that the storefront keeps is removed when its person leaves, because one file does all the keeping.
  {
    files: ['client/src/**/*.{ts,tsx}'],
    ignores: ['client/src/session/storage.ts'],
    rules: {
      'no-restricted-globals': ['error', ...STORAGES.map((name) => ({ name, message: ONE_STORAGE }))],
      'no-restricted-properties': [
        'error',
        ...STORAGES.flatMap((property) =>
          ['window', 'globalThis', 'self'].map((object) => ({ object, property, message: ONE_STORAGE })),
        ),
        { object: 'document', property: 'cookie', message: ONE_STORAGE },
        { object: 'window', property: 'name', message: ONE_STORAGE },
        { object: 'navigator', property: 'serviceWorker', message: ONE_STORAGE },
        { object: 'navigator', property: 'storage', message: ONE_STORAGE },
      ],
    },
  },
  // No feature imports another: what two need is in components/, lib/ or graphql/.
  ...features.map((feature) => ({
    files: [`client/src/features/${feature}/**/*.{ts,tsx}`],
    rules: layers(
      features.filter((other) => other !== feature).flatMap((other) => [`../${other}/*`, `../../${other}/*`]),
      'No feature imports another; put what two need into components/, lib/ or graphql/.',
    ),
  })),
  {
    files: ['**/*.mjs', '**/*.js', 'scripts/**', 'bench/**', 'e2e/**', 'packages/testing/**'],
    rules: { 'no-console': 'off' },
  },
);
