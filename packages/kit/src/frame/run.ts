import { ConfigError } from '../config.js';
import { createLogger, type Logger } from '../logger.js';
import { createRegistry } from '../metrics.js';
import { UnfitBusError } from './bus-check.js';
import type { SubgraphConfig } from './config.js';
import { checkDefinition, createApp, type ServiceApp } from './create-app.js';
import type { Subgraph } from './definition.js';
import { SubgraphDefinitionError } from './faults.js';
import { trimMemory } from './trim-memory.js';

const SHUTDOWN_LIMIT_MS = 9_500;
/** Later than the store's first connections and the first look for work. */
const TRIM_AFTER_MS = 2_000;

/**
 * The life of a subgraph's process: configuration, application, listening, signals. `main.js migrate` brings the store's
 * schema up to date and ends. Exits with 1 and one readable message when it cannot start, and with 0 within 10 s of
 * SIGTERM or SIGINT.
 */
export async function run<Config extends SubgraphConfig>(subgraph: Subgraph<Config>): Promise<void> {
  const config = readOrExit(subgraph);
  const logger = createLogger(subgraph.name, config.LOG_LEVEL);
  process.on('unhandledRejection', (error) => logger.error({ err: error }, 'Unhandled rejection'));
  try {
    if (process.argv[2] === 'migrate') {
      await migrate(subgraph, config, logger);
      process.exit(0);
    }
    const app = await createApp(subgraph, config, { logger, registry: createRegistry(subgraph.name) });
    handleSignals(app, logger, config.DRAIN_DELAY_MS);
    // Before it listens: a client that sees it ready may count on its event handlers.
    await app.start?.();
    await app.http.listen({ host: config.HOST, port: config.PORT });
    const address = app.http.server.address();
    const port = address && typeof address === 'object' ? address.port : config.PORT;
    logger.info({ port }, 'Listening');
    process.send?.({ type: 'listening', port });
    // Nothing waits for it: the first requests do, if they come at once, for about a tenth of a second.
    setTimeout(() => {
      trimMemory().catch((error: unknown) => logger.warn({ err: error }, 'Could not return memory'));
    }, TRIM_AFTER_MS).unref();
  } catch (error) {
    if (error instanceof SubgraphDefinitionError) exitWith(error.message);
    if (error instanceof UnfitBusError) exitWith(`${subgraph.name} cannot start. ${error.message}`);
    const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    logger.fatal(
      { err: error },
      isTaken ? `Port ${config.PORT} is taken: set PORT to choose another.` : 'Could not start',
    );
    process.exit(1);
  }
}

/** Brings the store's schema up to date. */
async function migrate<Config extends SubgraphConfig>(
  subgraph: Subgraph<Config>,
  config: Config,
  logger: Logger,
): Promise<void> {
  const database = await subgraph.database.open(config, { name: subgraph.name, logger });
  try {
    await database.migrate();
    logger.info('Migrations are done');
  } finally {
    await database.close();
  }
}

function readOrExit<Config extends SubgraphConfig>(subgraph: Subgraph<Config>): Config {
  try {
    checkDefinition(subgraph);
    return subgraph.config.read();
  } catch (error) {
    if (error instanceof SubgraphDefinitionError) exitWith(error.message);
    if (error instanceof ConfigError) exitWith(`${subgraph.name} cannot start. ${error.message}`);
    throw error;
  }
}

function exitWith(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function handleSignals(app: ServiceApp, logger: Logger, drainDelayMs: number): void {
  let isStopping = false;
  const stop = async (reason: string) => {
    if (isStopping) return;
    isStopping = true;
    logger.info({ reason }, 'Draining');
    setTimeout(() => {
      logger.error('Not drained in time');
      process.exit(1);
    }, SHUTDOWN_LIMIT_MS).unref();
    app.drain();
    await new Promise((resolve) => setTimeout(resolve, drainDelayMs));
    await app.close();
    logger.info('Stopped');
    process.exit(0);
  };
  const onStop = (reason: string) => {
    stop(reason).catch((error: unknown) => {
      logger.error({ err: error }, 'Failed while stopping');
      process.exit(1);
    });
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => onStop(signal));
  // Under the development launcher: a launcher that was killed must not leave services behind.
  if (process.send) process.on('disconnect', () => onStop('launcher gone'));
}
