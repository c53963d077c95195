import type { Logger } from '@cartograph/kit/logger';
import type { OperationObserver } from '../gateway.js';

/** A name may be as long as a request; a line should not. */
const MAX_NAME = 200;

/** One line per operation: what was asked, by whom, how it went. Never variables, which may hold secrets. */
export function useAccessLog(logger: Logger, isOn: boolean): OperationObserver {
  if (!isOn || !logger.isLevelEnabled('info')) return { done: () => undefined, refused: () => undefined };
  return {
    done(operation, scope, { outcome, seconds, cost, errors }) {
      logger.info(
        {
          operation: operation.name?.slice(0, MAX_NAME) ?? null,
          kind: operation.kind,
          hash: operation.hash,
          outcome,
          durationMs: Math.round(seconds * 10_000) / 10,
          fetches: scope.fetches,
          errors,
          cost,
          user: scope.identity?.kind === 'user' ? scope.identity.userId : null,
          client: scope.client,
          traceId: scope.traceId,
        },
        'Operation',
      );
    },
    refused(refusal, scope) {
      logger.info(
        {
          outcome: 'refused',
          code: refusal.code,
          address: scope.clientAddress,
          client: scope.client,
          traceId: scope.traceId,
        },
        'Operation refused',
      );
    },
  };
}
