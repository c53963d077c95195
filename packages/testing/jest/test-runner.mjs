// Jest's `testRunner`: jest-circus, with modules loaded by Node instead of Jest. Jest gives each test file a context of its
// own, in which graphql, TypeORM and Apollo are read and evaluated again: half of all processor time of the tests.
// Here the files of a worker process share their modules, so no test file may leave module state behind.
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compiledFilesOf } from './compiled.mjs';
import { useGlobals } from './globals.mjs';

const require = createRequire(import.meta.url);
const { default: runCircus } = require('jest-circus/runner');
const { ModuleMocker } = require('jest-mock');
const EVENT_HANDLERS = Symbol.for('EVENT_HANDLERS');

export default async function runTestFile(
  globalConfig,
  config,
  environment,
  runtime,
  testPath,
  sendMessageToJest,
) {
  const { console } = globalThis;
  const env = { ...process.env };
  const mocker = new ModuleMocker(globalThis);
  const nodeRuntime = {
    // Circus keeps the tests of a file in its module's state, so each file gets a new copy.
    requireInternalModule(path) {
      Reflect.deleteProperty(require.cache, path);
      Reflect.deleteProperty(globalThis, EVENT_HANDLERS);
      return require(path);
    },
    requireModule: require,
    unstable_shouldLoadAsEsm: () => true,
    unstable_importModule: (path) => import(pathToFileURL(path).href),
    setGlobalsForRuntime: (globals) => useGlobals({ ...globals, jest: mocker }),
    enterTestCode: () => runtime.enterTestCode(),
    leaveTestCode: () => runtime.leaveTestCode(),
  };
  const sourceMaps = runtime.getSourceMaps();
  sourceMaps.get = (source) => sourceMapOf(source) ?? Map.prototype.get.call(sourceMaps, source);
  globalThis.console = environment.global.console;
  try {
    return await runCircus(
      globalConfig,
      config,
      { global: globalThis },
      nodeRuntime,
      testPath,
      sendMessageToJest,
    );
  } finally {
    mocker.restoreAllMocks();
    globalThis.console = console;
    for (const name of Object.keys(process.env))
      if (!(name in env)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, env);
  }
}

function sourceMapOf(source) {
  const path = source.startsWith('file:') ? fileURLToPath(source) : source;
  return /\.tsx?$/.test(path) && !path.includes('/node_modules/') ? compiledFilesOf(path).map : undefined;
}
