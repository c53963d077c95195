import { isObject, type JsonObject } from '../json/json.js';
import type { ResponsePath } from '../json/path.js';
import type { ResponseError } from '../json/response-error.js';
import type { ShapeError } from './shape.js';

/** Why a subgraph gave no usable answer. `code` becomes `extensions.code`. */
export class SubgraphFailure extends Error {
  override readonly name = 'SubgraphFailure';
  constructor(
    readonly code: SubgraphFailureCode,
    message: string,
    /** Whether asking again at once may help: the connection failed, or a proxy says the subgraph is not there. */
    readonly isRetryable = false,
  ) {
    super(message);
  }
}

export type SubgraphFailureCode =
  | 'SUBGRAPH_UNREACHABLE'
  | 'SUBGRAPH_TIMEOUT'
  | 'SUBGRAPH_CIRCUIT_OPEN'
  | 'SUBGRAPH_RESPONSE_TOO_LARGE'
  | 'SUBGRAPH_RESPONSE_INVALID'
  | 'SUBGRAPH_HTTP_ERROR'
  | 'OVERLOADED'
  | 'REQUEST_CANCELLED';

export const cancelled = () => new SubgraphFailure('REQUEST_CANCELLED', 'The request was cancelled.');

export function failureError(
  service: string,
  failure: SubgraphFailure,
  path: ResponsePath | undefined,
): ResponseError {
  return {
    message: failure.message,
    ...(path && path.length > 0 && { path }),
    extensions: { code: failure.code, service },
  };
}

/**
 * A subgraph's own error, at its place in the answer. Locations are left out: they point into the subgraph's query.
 * `extensions.service` names the subgraph; its own code stays.
 */
export function subgraphError(
  service: string,
  error: unknown,
  path: ResponsePath | undefined,
): ResponseError {
  const given = isObject(error) ? error : {};
  const extensions = isObject(given['extensions']) ? (given['extensions'] as JsonObject) : {};
  const message =
    typeof given['message'] === 'string' && given['message']
      ? given['message']
      : `The subgraph "${service}" reported an error without a message.`;
  return {
    message,
    ...(path && path.length > 0 && { path }),
    extensions: {
      ...extensions,
      code: typeof extensions['code'] === 'string' ? extensions['code'] : 'DOWNSTREAM_SERVICE_ERROR',
      service,
    },
  };
}

/**
 * Adds the faults found while shaping, save those that an error of a subgraph already explains: one without a
 * path, or with a path that leads to or through the place. Apollo hides them all in an extension, so that a
 * client there may get `data: null` without any error, which the specification forbids.
 */
export function withShapeErrors(errors: ResponseError[], found: readonly ShapeError[]): ResponseError[] {
  if (found.length === 0) return errors;
  const unexplained = found.filter(
    (fault) => !errors.some(({ path }) => !path || isRelated(path, fault.path)),
  );
  return [
    ...errors,
    ...unexplained.map(({ message, path }) => ({
      message,
      path,
      extensions: { code: 'SUBGRAPH_RESPONSE_INVALID' },
    })),
  ];
}

function isRelated(a: ResponsePath, b: ResponsePath): boolean {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index++) if (a[index] !== b[index]) return false;
  return true;
}
