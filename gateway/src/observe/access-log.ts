import type { Logger } from '@cartograph/kit/logger';
import type { Identity } from '@cartograph/kit/identity';

/** A name may be as long as a request; a line should not. */
const MAX_NAME = 200;

/** What the log says about an operation. */
export interface ObservedOperation {
  readonly name: string | undefined;
  readonly kind: string;
  /** Of its text. */
  readonly hash: string;
}

/** What the log says about its request. */
export interface ObservedRequest {
  readonly identity: Identity | undefined;
  readonly client: string | null;
  readonly clientAddress: string;
  readonly traceId: string;
  /** Requests to subgraphs so far. */
  readonly fetches: number;
}

/** Called for every operation when it is answered, refused, or its stream is opened. */
export interface OperationObserver {
  done(
    operation: ObservedOperation,
    request: ObservedRequest,
    details: { outcome: string; seconds: number; cost: number; errors: number },
  ): void;
  refused(refusal: { readonly code: string }, request: ObservedRequest): void;
}

/** One line per operation: what was asked, by whom, how it went. Never variables, which may hold secrets. */
export function createAccessLog(logger: Logger, isOn: boolean): OperationObserver {
  if (!isOn || !logger.isLevelEnabled('info')) return { done: () => undefined, refused: () => undefined };
  return {
    done(operation, request, { outcome, seconds, cost, errors }) {
      logger.info(
        {
          operation: operation.name?.slice(0, MAX_NAME) ?? null,
          kind: operation.kind,
          hash: operation.hash,
          outcome,
          durationMs: Math.round(seconds * 10_000) / 10,
          fetches: request.fetches,
          errors,
          cost,
          user: request.identity?.kind === 'user' ? request.identity.userId : null,
          client: request.client,
          traceId: request.traceId,
        },
        'Operation',
      );
    },
    refused(refusal, request) {
      logger.info(
        {
          outcome: 'refused',
          code: refusal.code,
          address: request.clientAddress,
          client: request.client,
          traceId: request.traceId,
        },
        'Operation refused',
      );
    },
  };
}
