import { toDoubles } from '../json/exact-number.js';
import type { ResponseError } from '../json/response-error.js';
import type { JsonObject } from '../json/json.js';
import type { RequestScope } from '../scope/request-scope.js';
import type { GraphQLRequest } from '../execution/run.js';
import type { Operation } from '../operation/operation.js';
import { type OperationFault, OperationRefused } from '../operation/document.js';
import { PlanQueueFull } from '../operation/plan-threads.js';
import type { Planner } from '../operation/planner.js';
import { clientOf } from './client.js';
import type { LargeAnswers } from './large-answers.js';
import type { LoadShedding } from './load-shedding.js';
import { PersistedOperationError, type PersistedOperations } from './persisted-operations.js';
import type { RateLimit, RateLimitResult } from './rate-limit.js';

/** A request the gateway refuses before any subgraph is asked. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
  constructor(
    readonly status: number,
    readonly errors: readonly ResponseError[],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(errors.map(({ message }) => message).join('\n'));
  }

  get code(): string {
    return String(this.errors[0]?.extensions?.['code'] ?? 'UNKNOWN');
  }
}

/** An operation with its variables read: ready to run. */
export interface Prepared {
  readonly operation: Operation;
  readonly variables: JsonObject;
  readonly cost: number;
  readonly extensions: JsonObject;
}

export interface AdmissionOptions {
  readonly persisted: PersistedOperations;
  readonly shedding: LoadShedding;
  readonly rateLimit: RateLimit | undefined;
  /** 0 for no limit. */
  readonly maxCost: number;
  /** Bytes of answers that a client has left unread for a while, if that is too many. */
  readonly unreadBeyond: (scope: RequestScope) => number | undefined;
}

/** Decides whether an operation may run, from the cheapest question to the dearest. */
export class Admission {
  constructor(
    private readonly options: AdmissionOptions,
    private readonly largeAnswers: LargeAnswers,
  ) {}

  /**
   * @param check looks at the operation before it is counted; throws to refuse it
   * @throws RequestRefused, or what `check` throws; or rejects with it, where a rate limit has to be asked
   */
  admit(
    planner: Planner | undefined,
    request: GraphQLRequest,
    scope: RequestScope,
    check?: (operation: Operation) => void,
  ): Prepared | Promise<Prepared> {
    if (this.options.shedding.isOverloaded())
      throw refusal(503, 'OVERLOADED', 'The gateway is overloaded; please try again in 1 s.', {
        'retry-after': '1',
      });
    if (!planner)
      throw refusal(503, 'SUPERGRAPH_NOT_LOADED', 'The gateway has no supergraph yet.', {
        'retry-after': '1',
      });
    const unread = this.options.unreadBeyond(scope);
    if (unread !== undefined)
      throw refusal(
        429,
        'RATE_LIMITED',
        `This client has left ${unread} bytes of answers unread; please read them, then try again.`,
        { 'retry-after': '1' },
      );
    const text = this.#text(request);
    return text instanceof Promise
      ? text.then(
          (found) => this.#admitText(planner, found, request, scope, check),
          (error: unknown) => refusePersisted(error),
        )
      : this.#admitText(planner, text, request, scope, check);
  }

  #admitText(
    planner: Planner,
    text: string,
    request: GraphQLRequest,
    scope: RequestScope,
    check: ((operation: Operation) => void) | undefined,
  ): Prepared | Promise<Prepared> {
    const operation = this.#prepare(planner, text, request, scope);
    return operation instanceof Promise
      ? operation.then((ready) => this.#admitOperation(ready, request, scope, check))
      : this.#admitOperation(operation, request, scope, check);
  }

  #admitOperation(
    operation: Operation,
    request: GraphQLRequest,
    scope: RequestScope,
    check: ((operation: Operation) => void) | undefined,
  ): Prepared | Promise<Prepared> {
    const { rateLimit, maxCost, persisted } = this.options;
    scope.spans?.name(operation.kind, operation.name);
    check?.(operation);
    const read = operation.readVariables(request.variables);
    if ('errors' in read)
      throw new RequestRefused(
        400,
        read.errors.map((error) => toResponseError(error, 'BAD_USER_INPUT')),
      );
    const cost = operation.estimate(toDoubles(read.values));
    // Turned round, so that no number at all is refused too.
    if (maxCost > 0 && !(cost <= maxCost)) {
      throw refusal(
        400,
        'OPERATION_TOO_EXPENSIVE',
        `The operation is estimated to cost ${cost}; ${maxCost} are allowed.`,
        {},
        { cost: { estimated: cost, max: maxCost } },
      );
    }
    if (this.largeAnswers.refuses(operation, cost, scope))
      throw refusal(
        429,
        'RATE_LIMITED',
        'Too many operations with large answers are waiting; please try again in 1 s.',
        { 'retry-after': '1' },
      );
    if (request.query !== '' && request.extensions['persistedQuery'] !== undefined)
      persisted.register(request.query, request.extensions);
    const prepared: Prepared = { operation, variables: read.values, cost, extensions: request.extensions };
    if (!rateLimit) return prepared;
    return rateLimit.take([clientOf(scope)], cost).then((result) => {
      refuseLimited(result);
      return prepared;
    });
  }

  #text({ query, extensions }: GraphQLRequest): string | Promise<string> {
    try {
      return this.options.persisted.resolve(query, extensions);
    } catch (error) {
      return refusePersisted(error);
    }
  }

  /** An operation that is known is there at once. One that has to be planned costs its caller the time that takes. */
  #prepare(
    planner: Planner,
    text: string,
    { operationName }: GraphQLRequest,
    scope: RequestScope,
  ): Operation | Promise<Operation> {
    const client = clientOf(scope);
    const keys = [client];
    const key = planner.keyOf(text, operationName);
    const known = planner.find(key, client);
    if (known) return known;
    const { rateLimit } = this.options;
    const plan = (): Operation | Promise<Operation> => {
      try {
        const asker = {
          client,
          ...(rateLimit && { planned: (took: number) => rateLimit.chargePlanning(keys, took) }),
        };
        const prepare = (): Operation | Promise<Operation> =>
          planner.prepare(text, operationName, asker, key);
        const operation = scope.spans ? scope.spans.within('plan', prepare) : prepare();
        return operation instanceof Promise ? operation.catch(refuseUnplanned) : operation;
      } catch (error) {
        return refuseUnplanned(error);
      }
    };
    if (!rateLimit) return plan();
    return rateLimit.checkPlanning(keys).then((result) => {
      refuseLimited(result);
      return plan();
    });
  }
}

function refuseUnplanned(error: unknown): never {
  if (error instanceof OperationRefused)
    throw new RequestRefused(
      400,
      error.errors.map((fault) => toResponseError(fault, error.code)),
    );
  if (error instanceof PlanQueueFull)
    throw error.isClient
      ? refusal(429, 'RATE_LIMITED', `${error.message} Please try again in 1 s.`, { 'retry-after': '1' })
      : refusal(503, 'OVERLOADED', `${error.message} Please try again in 1 s.`, { 'retry-after': '1' });
  throw error;
}

function refuseLimited({ isAllowed, retryAfterMs }: RateLimitResult): void {
  if (isAllowed) return;
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  throw refusal(429, 'RATE_LIMITED', `Rate limit exceeded; please try again in ${seconds} s.`, {
    'retry-after': String(seconds),
  });
}

function refusePersisted(error: unknown): never {
  throw error instanceof PersistedOperationError ? refusal(error.status, error.code, error.message) : error;
}

function refusal(
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
  extensions: JsonObject = {},
): RequestRefused {
  return new RequestRefused(status, [{ message, extensions: { code, ...extensions } }], headers);
}

function toResponseError({ message, locations }: OperationFault, code: string): ResponseError {
  return { message, ...(locations && { locations }), extensions: { code } };
}
