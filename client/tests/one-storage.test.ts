import { describe, expect, it } from '@jest/globals';
import { ESLint } from 'eslint';

const eslint = new ESLint();

describe('a file of the storefront other than session/storage.ts', () => {
  it.each([
    "localStorage.setItem('name', 'Mia');",
    "sessionStorage['name'] = 'Mia';",
    "window.localStorage.setItem('name', 'Mia');",
    "globalThis.sessionStorage.setItem('name', 'Mia');",
    "indexedDB.open('people');",
    "void caches.open('people');",
    "document.cookie = 'name=Mia';",
    "window.name = 'Mia';",
    "void navigator.serviceWorker.register('/worker.js');",
  ])('should not pass the linter with %s', async (code) => {
    const [result] = await eslint.lintText(code, { filePath: 'client/src/features/home/HomePage.tsx' });
    expect(result!.messages.map(({ message }) => message).join()).toContain('session/storage.ts');
  });
});
