import { ConfigError, type BaseConfig } from './config.js';
import type { Runtime, ServiceApp } from './frame/create-app.js';
import { createLogger, type Logger } from './logger.js';
import { createRegistry } from './metrics.js';

export interface ServiceDefinition<Config extends BaseConfig> {
  readonly name: string;
  readonly readConfig: () => Config;
  readonly createApp: (config: Config, runtime: Runtime) => Promise<ServiceApp>;
  /** `main.js migrate`: brings the store's schema up to date and ends. */
  readonly migrate?: (config: Config, runtime: Runtime) => Promise<void>;
}

const SHUTDOWN_LIMIT_MS = 9_500;

/**
 * The life of a service process: configuration, application, listening, signals. Ends with exit code 1 and one
 * readable message when it cannot start, and with 0 within 10 s of SIGTERM or SIGINT.
 */
export async function runService<Config extends BaseConfig>(
  definition: ServiceDefinition<Config>,
): Promise<void> {
  const config = readOrExit(definition);
  const logger = createLogger(definition.name, config.LOG_LEVEL);
  const runtime = { logger, registry: createRegistry(definition.name) };
  process.on('unhandledRejection', (error) => logger.error({ err: error }, 'Unhandled rejection'));
  try {
    if (process.argv[2] === 'migrate') {
      await definition.migrate?.(config, runtime);
      logger.info('Migrations are done');
      process.exit(0);
    }
    const app = await definition.createApp(config, runtime);
    handleSignals(app, logger, config.DRAIN_DELAY_MS);
    // Before it listens: whoever sees it ready may count on its consumers being there.
    await app.start?.();
    await app.http.listen({ host: config.HOST, port: config.PORT });
    const address = app.http.server.address();
    logger.info({ port: address && typeof address === 'object' ? address.port : config.PORT }, 'Listening');
    process.send?.({
      type: 'listening',
      port: address && typeof address === 'object' ? address.port : config.PORT,
    });
  } catch (error) {
    const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    logger.fatal(
      { err: error },
      isTaken ? `Port ${config.PORT} is taken: set PORT to choose another.` : 'Could not start',
    );
    process.exit(1);
  }
}

function readOrExit<Config extends BaseConfig>({ name, readConfig }: ServiceDefinition<Config>): Config {
  try {
    return readConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${name} cannot start. ${error.message}\n`);
    process.exit(1);
  }
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
