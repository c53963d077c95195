/**
 * Loaded before a service: `node --import @cartograph/kit/telemetry dist/main.js`. Does nothing unless
 * OTEL_EXPORTER_OTLP_ENDPOINT is set; then it sends traces there by OTLP over HTTP.
 */
import { basename, dirname } from 'node:path';
import { ConfigError, readTelemetryConfig } from './config.js';

function readOrExit() {
  try {
    return readTelemetryConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`Telemetry cannot start. ${error.message}\n`);
    process.exit(1);
  }
}

const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME, OTEL_SDK_DISABLED } = readOrExit();
if (OTEL_EXPORTER_OTLP_ENDPOINT && !OTEL_SDK_DISABLED) {
  const { startTracing } = await import('./tracing.js');
  // subgraphs/orders/dist/main.js is orders.
  await startTracing(OTEL_SERVICE_NAME ?? basename(dirname(dirname(process.argv[1] ?? '.'))));
}
