// How Node finds and reads modules in tests: our packages by their TypeScript source, all others as usual.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { compiledFilesOf } from './compiled.mjs';

const globals = new URL('globals.mjs', import.meta.url).href;

export async function resolve(specifier, context, next) {
  if (specifier === '@jest/globals') return { url: globals, shortCircuit: true };
  // Other publishers use the condition "source" too, for files they do not ship.
  if (specifier.startsWith('@cartograph/'))
    return next(specifier, { ...context, conditions: ['source', ...context.conditions] });
  const isOwn = context.parentURL?.endsWith('.ts') && !context.parentURL.includes('/node_modules/');
  if (!isOwn || !/^\.{1,2}\/.*\.js$/.test(specifier)) return next(specifier, context);
  // TypeScript sources import each other by the name they have once built.
  try {
    return await next(specifier.replace(/\.js$/, '.ts'), context);
  } catch {
    return next(specifier, context);
  }
}

export async function load(url, context, next) {
  if (!/^file:.*\.tsx?$/.test(url)) return next(url, context);
  const { code } = compiledFilesOf(fileURLToPath(url));
  return { format: 'module', source: await readFile(code), shortCircuit: true };
}
