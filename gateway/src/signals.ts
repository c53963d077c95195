import type { Logger } from '@cartograph/kit/logger';
import type { GatewayApp } from './app.js';

/** A drain that takes longer is cut off, so that the process is gone within 10 s. */
const SHUTDOWN_LIMIT_MS = 9_500;

/** Drains on SIGTERM, SIGINT, or when the launcher that started the process is gone. Exits 0. */
export function handleSignals(app: GatewayApp, logger: Logger, drainDelayMs: number): void {
  let isStopping = false;
  const stop = async (reason: string): Promise<void> => {
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
  const onStop = (reason: string): void => {
    stop(reason).catch((error: unknown) => {
      logger.error({ err: error }, 'Failed while stopping');
      process.exit(1);
    });
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => onStop(signal));
  if (process.send) process.on('disconnect', () => onStop('launcher gone'));
}
