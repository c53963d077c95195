import { pino, type Logger } from 'pino';
import { currentContext } from './request-context.js';

export type { Logger };

/** JSON lines on standard output; each carries the service and, inside a request or an event, the trace id. */
export function createLogger(service: string, level: string): Logger {
  return pino({
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
  });
}
