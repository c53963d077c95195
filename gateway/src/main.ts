import { ConfigError } from '@cartograph/service-kit/config';
import { createLogger } from '@cartograph/service-kit/logger';
import { createRegistry } from '@cartograph/service-kit/metrics';
import { createGatewayApp } from './app.js';
import { type GatewayConfig, readGatewayConfig } from './config.js';
import { handleSignals } from './signals.js';

function readOrExit(): GatewayConfig {
  try {
    return readGatewayConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`The gateway cannot start. ${error.message}\n`);
    process.exit(1);
  }
}

const config = readOrExit();
const logger = createLogger('gateway', config.LOG_LEVEL);
process.on('unhandledRejection', (error) => logger.error({ err: error }, 'Unhandled rejection'));
const app = createGatewayApp(config, { logger, registry: createRegistry('gateway') });
try {
  const { port } = await app.listen();
  handleSignals(app, logger, config.DRAIN_DELAY_MS);
  logger.info({ port }, 'Listening');
  process.send?.({ type: 'listening', port });
} catch (error) {
  const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
  logger.fatal(
    { err: error },
    isTaken ? `Port ${config.PORT} is taken: set PORT (or --port) to choose another.` : 'Could not start',
  );
  process.exit(1);
}
