import type { AddressInfo } from 'node:net';
import { ConfigError } from '@cartograph/kit/config';
import { createLogger } from '@cartograph/kit/logger';
import { createRegistry } from '@cartograph/kit/metrics';
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
  const internal = app.internal?.address() as AddressInfo | undefined;
  logger.info({ port, internalPort: internal?.port }, 'Listening');
  process.send?.({ type: 'listening', port, internalPort: internal?.port });
} catch (error) {
  const { code, port } = error as NodeJS.ErrnoException & { readonly port?: number };
  const howToChange = port === config.INTERNAL_PORT ? 'INTERNAL_PORT' : 'PORT (or --port)';
  logger.fatal(
    { err: error },
    code === 'EADDRINUSE'
      ? `Port ${port} is taken: set ${howToChange} to choose another.`
      : 'Could not start',
  );
  process.exit(1);
}
