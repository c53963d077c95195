import { pino, type Logger, type LoggerOptions } from 'pino';
import { currentContext } from './request-context.js';

export type { Logger };

/** Lines kept for a reader that is behind, at most; further ones are lost. */
const MAX_WAITING_BYTES = 1024 * 1024;
const TRY_AGAIN_MS = 100;

/**
 * Standard output that cannot block the process: if its reader has exited or stopped reading, log lines are lost, not
 * requests, and the process does not wait for the reader when it exits (pino's own destination waits forever).
 */
function openStdout(): ReturnType<typeof pino.destination> {
  const stdout = pino.destination({
    // Asking for it lets Node open it, so that a full pipe refuses instead of blocking.
    fd: process.stdout.fd ?? 1,
    sync: true,
    minLength: 1,
    maxLength: MAX_WAITING_BYTES,
    retryEAGAIN: () => false,
  });
  let later: NodeJS.Timeout | undefined;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EAGAIN' || later) return;
    later = setTimeout(() => {
      later = undefined;
      stdout.flush();
    }, TRY_AGAIN_MS).unref();
  });
  // All that could be written is; pino's own tries until it succeeds.
  stdout.flushSync = () => undefined;
  return stdout;
}
let stdout: ReturnType<typeof openStdout> | undefined;

/** JSON lines on standard output; each carries the service and, inside a request or an event, the trace id. */
export function createLogger(service: string, level: string): Logger {
  const options: LoggerOptions = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: [
        '*.password',
        '*.token',
        '*.accessToken',
        '*.refreshToken',
        '*.authorization',
        '*.paymentToken',
        'req.headers',
      ],
      censor: '[redacted]',
    },
    mixin: () => {
      const context = currentContext();
      return context ? { traceId: context.traceId } : {};
    },
  };
  return pino(options, (stdout ??= openStdout()));
}
