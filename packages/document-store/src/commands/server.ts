import { cpus, hostname, totalmem } from 'node:os';
import { doc, type Doc, Double, type Value } from '../bson/types.js';
import { MAX_DOCUMENT } from '../storage/collection.js';
import { MAX_MESSAGE } from '../wire/message.js';
import { MongoError, notSupported } from '../errors.js';
import type { Arguments } from './arguments.js';
import type { Command, CommandContext } from './context.js';

/** The release whose behaviour this store follows, and its wire protocol version. */
const VERSION = '8.0.0';
const WIRE_VERSION = 25;

export function helloReply(context: CommandContext, isLegacy: boolean): Doc {
  return doc({
    ...(isLegacy ? { ismaster: true } : { isWritablePrimary: true }),
    helloOk: true,
    maxBsonObjectSize: MAX_DOCUMENT,
    maxMessageSizeBytes: MAX_MESSAGE,
    maxWriteBatchSize: 100_000,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: 30,
    connectionId: context.connectionId,
    minWireVersion: 0,
    maxWireVersion: WIRE_VERSION,
    readOnly: false,
  });
}

const nothing: Command = () => doc({});

const outsideTransaction: Command = (args: Arguments) => {
  throw new MongoError('CommandFailed', `${args.command} must be run within a transaction`);
};

const noSearch: Command = () => {
  throw new MongoError(
    'SearchNotEnabled',
    'Atlas Search is not available on this server; it needs a separate deployment',
  );
};

/** The parameters that can be changed while running, by MongoDB's names. */
const parametersOf = ({ expiry }: CommandContext): Record<string, Value> => ({
  ttlMonitorEnabled: expiry.isEnabled,
  ttlMonitorSleepSecs: expiry.pause,
});

export const serverCommands: Record<string, Command> = {
  hello: (_args, context) => helloReply(context, false),
  isMaster: (_args, context) => helloReply(context, true),
  ismaster: (_args, context) => helloReply(context, true),
  ping: nothing,
  endSessions: nothing,
  refreshSessions: nothing,
  killSessions: nothing,
  killAllSessions: nothing,
  logout: nothing,
  startSession: () => {
    throw notSupported('startSession (drivers make their session ids themselves)');
  },
  buildInfo: () =>
    doc({
      version: VERSION,
      versionArray: [8, 0, 0, 0],
      gitVersion: 'embedded',
      modules: ['cartograph-embedded'],
      bits: 64,
      debug: false,
      maxBsonObjectSize: MAX_DOCUMENT,
      storageEngines: ['embedded'],
    }),
  hostInfo: () =>
    doc({
      system: doc({
        currentTime: new Date(),
        hostname: hostname(),
        numCores: cpus().length,
        memSizeMB: Math.floor(totalmem() / 1048576),
      }),
      os: doc({ type: process.platform }),
    }),
  serverStatus: (_args, context) =>
    doc({
      host: hostname(),
      version: VERSION,
      process: 'cartograph-embedded',
      pid: BigInt(process.pid),
      uptime: new Double(Math.floor((Date.now() - context.serverStart) / 1000)),
      localTime: new Date(),
      connections: doc({ current: context.openConnections(), available: 10_000 }),
      storageEngine: doc({ name: 'embedded', supportsCommittedReads: false, persistent: true }),
      metrics: doc({
        ttl: doc({
          deletedDocuments: BigInt(context.expiry.deletedDocuments),
          passes: BigInt(context.expiry.passes),
        }),
      }),
    }),
  connectionStatus: () => doc({ authInfo: doc({ authenticatedUsers: [], authenticatedUserRoles: [] }) }),
  whatsmyuri: () => doc({ you: '127.0.0.1' }),
  getCmdLineOpts: () => doc({ argv: [], parsed: doc({}) }),
  getParameter: (args, context) => {
    const all = parametersOf(context);
    const isWanted = (name: string) => args.get('getParameter') === '*' || args.get(name) !== undefined;
    return doc(Object.fromEntries(Object.entries(all).filter(([name]) => isWanted(name))));
  },
  setParameter: (args, context) => {
    const [name] = [...args.values.keys()].filter((key) => key in parametersOf(context));
    if (name === undefined)
      throw new MongoError(
        'InvalidOptions',
        `setParameter knows ${Object.keys(parametersOf(context)).join(', ')}`,
      );
    const was = parametersOf(context)[name];
    if (name === 'ttlMonitorEnabled') context.expiry.isEnabled = args.boolean(name);
    else context.expiry.pause = args.integer(name, 1)!;
    return doc({ was });
  },
  replSetGetStatus: () => {
    throw new MongoError('NoReplicationEnabled', 'not running with --replSet');
  },
  commitTransaction: outsideTransaction,
  abortTransaction: outsideTransaction,
  createSearchIndexes: noSearch,
  updateSearchIndex: noSearch,
  dropSearchIndex: noSearch,
  listSearchIndexes: noSearch,
};
