// How jest finds modules: our own packages by their TypeScript source, everybody else's as Node would.

const ours = /^@cartograph\//;

/** @type {import('jest-resolve').SyncResolver} */
module.exports = (request, options) => {
  // "source" is a condition other publishers use too, for files they do not ship.
  const conditions = ours.test(request)
    ? options.conditions
    : options.conditions?.filter((name) => name !== 'source');
  const resolve = (path) => options.defaultResolver(path, { ...options, conditions });
  const isOwnRelative = /^\.{1,2}\//.test(request) && !options.basedir.includes('node_modules');
  if (!isOwnRelative || !request.endsWith('.js')) return resolve(request);
  // TypeScript sources import each other by the name they will have once built.
  try {
    return resolve(request.replace(/\.js$/, '.ts'));
  } catch {
    return resolve(request);
  }
};
