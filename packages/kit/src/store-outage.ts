/** Of sockets (Node), of a Postgres that ends, starts or is full (SQLSTATE), and of Postgres connections (class 08). */
const CODES =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN|57P0[123]|53300|08...)$/;
/** Of the drivers of MongoDB and Redis, and of a transaction whose connection broke between two statements (TypeORM). */
const NAMES = new Set([
  'QueryRunnerAlreadyReleasedError',
  'QueryRunnerProviderAlreadyReleasedError',
  'MongoServerSelectionError',
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoPoolClearedError',
  'MongoWaitQueueTimeoutError',
  'MaxRetriesPerRequestError',
  'ClusterAllFailedError',
]);
/** What comes without a code: from pg, its pool and ioredis, and from a Redis that is starting or no master (any more). */
const MESSAGES =
  /^(Connection terminated|Client (was closed|has encountered a connection error)|timeout exceeded when trying to connect|Connection is closed|Command timed out|Command aborted due to connection close|Stream isn't writeable|(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN) )/;

interface DriverError {
  readonly code?: unknown;
  readonly name?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  /** Of TypeORM. */
  readonly driverError?: unknown;
  /** Of AggregateError: one for each address that was tried. */
  readonly errors?: unknown;
  /** Of graphql-js, around errors of another realm, as Node's own are under jest. */
  readonly thrownValue?: unknown;
}

/** Whether an error means that a store did not answer, rather than that it was asked something wrong. */
export function isStoreOutage(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > 4) return false;
  const { code, name, message, cause, driverError, errors, thrownValue } = error as DriverError;
  if (typeof code === 'string' && CODES.test(code)) return true;
  if (typeof name === 'string' && NAMES.has(name)) return true;
  if (typeof message === 'string' && MESSAGES.test(message)) return true;
  return [cause, driverError, thrownValue, ...(Array.isArray(errors) ? (errors as unknown[]) : [])].some(
    (inner) => isStoreOutage(inner, depth + 1),
  );
}
