import { createRequire } from 'node:module';
import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import tseslint from 'typescript-eslint';

const layers = (patterns, message) => ({
  'no-restricted-imports': ['error', { patterns: [{ group: patterns, message }] }],
});
const otherSubgraphs = ['users', 'products', 'cart', 'orders', 'payments', 'notifications'].map(
  (name) => `@cartograph/${name}`,
);
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
  // Imports run resolvers/events → service → domain; store → domain. No subgraph imports another, nor the gateway.
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
    rules: layers(
      [
        ...otherSubgraphs,
        '../store/*',
        '../service.js',
        '../resolvers*',
        '../events.js',
        '../app.js',
        '../config.js',
        'typeorm',
        'pg',
        'mongodb',
        'ioredis',
        'node:fs',
        'node:net',
        'node:http',
      ],
      'domain/ is pure: no IO, no store, no service.',
    ),
  },
  {
    files: ['subgraphs/*/src/store/**/*.ts'],
    rules: layers(
      [...otherSubgraphs, '../service.js', '../resolvers*', '../events.js', '../app.js'],
      'store/ imports only domain/.',
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
