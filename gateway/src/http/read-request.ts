import type { IncomingMessage } from 'node:http';
import { isUtf8 } from 'node:buffer';
import { toDoubles } from '../json/exact-number.js';
import { isObject, type JsonObject, parseClientJson } from '../json/json.js';
import type { GraphQLRequest } from '../execution/run.js';

/** A request that is wrong as HTTP; answered with this status before GraphQL begins. */
export class HttpFault extends Error {
  override readonly name = 'HttpFault';
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** Reads the body as text. Calls back once, or never if the client disconnects first. */
export function readBody(
  request: IncomingMessage,
  limit: number,
  done: (fault: HttpFault | undefined, text: string) => void,
): void {
  const declared = Number(request.headers['content-length']);
  if (declared > limit) return done(tooLarge(limit), '');
  let first: Buffer | undefined;
  let rest: Buffer[] | undefined;
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    if (size > limit) return;
    size += chunk.length;
    // Refused now, as the end may never arrive; the rest of the body is discarded.
    if (size > limit) done(tooLarge(limit), '');
    else if (!first) first = chunk;
    else (rest ??= [first]).push(chunk);
  });
  request.on('end', () => {
    if (size > limit) return;
    const bytes = rest ? Buffer.concat(rest, size) : first;
    if (!bytes) done(undefined, '');
    else if (isUtf8(bytes)) done(undefined, bytes.toString('utf8'));
    else done(bad('The body must be JSON in UTF-8; it holds bytes that are not UTF-8.'), '');
  });
}

const tooLarge = (limit: number) =>
  new HttpFault(413, 'PAYLOAD_TOO_LARGE', `The request body is larger than ${limit} bytes.`);

/** @throws HttpFault 415 when the body is not JSON in UTF-8 */
export function checkContentType(request: IncomingMessage): void {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new HttpFault(
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      `The content encoding "${encoding.slice(0, 40)}" is not supported for requests.`,
      { 'accept-encoding': 'identity' },
    );
  }
  const value = request.headers['content-type'];
  if (value === 'application/json') return;
  const [type, ...parameters] = (value ?? '').split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice(8)
    .replace(/"/g, '');
  if (type !== 'application/json' || (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8')) {
    throw new HttpFault(
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      `Expected the content type application/json in UTF-8, got ${value ? `"${value.slice(0, 100)}"` : 'none'}.`,
      { accept: 'application/json' },
    );
  }
}

/** @throws HttpFault 400 */
export function parsePost(text: string): GraphQLRequest {
  let body: unknown;
  try {
    body = parseClientJson(text);
  } catch (error) {
    throw bad(`The body must be a JSON object with "query"; it is not JSON: ${(error as Error).message}.`);
  }
  if (Array.isArray(body)) throw bad('Batches are not accepted: send one operation per request.');
  if (!isObject(body)) throw bad(`The body must be a JSON object with "query", got ${kindOf(body)}.`);
  return readParameters(body);
}

/** @throws HttpFault 400 */
export function parseGet(search: string): GraphQLRequest {
  const given = new URLSearchParams(search);
  const parameters: JsonObject = {};
  for (const name of ['query', 'operationName'] as const)
    if (given.has(name)) parameters[name] = given.get(name);
  for (const name of ['variables', 'extensions'] as const) {
    const value = given.get(name);
    if (value === null || value === '') continue;
    try {
      parameters[name] = parseClientJson(value);
    } catch (error) {
      throw bad(`"${name}" must be a JSON object; it is not JSON: ${(error as Error).message}.`);
    }
  }
  return readParameters(parameters);
}

function readParameters({ query, operationName, variables, extensions }: JsonObject): GraphQLRequest {
  if (query !== undefined && query !== null && typeof query !== 'string')
    throw bad(`"query" must be a text, got ${kindOf(query)}.`);
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string')
    throw bad(`"operationName" must be a text, got ${kindOf(operationName)}.`);
  if (variables !== undefined && variables !== null && !isObject(variables))
    throw bad(`"variables" must be an object, got ${kindOf(variables)}.`);
  if (extensions !== undefined && extensions !== null && !isObject(extensions))
    throw bad(`"extensions" must be an object, got ${kindOf(extensions)}.`);
  if (!query && !isObject(extensions?.['persistedQuery'])) throw bad('"query" is missing.');
  return {
    query: query ?? '',
    operationName,
    variables: variables ?? {},
    extensions: toDoubles(extensions ?? {}),
  };
}

const bad = (message: string) => new HttpFault(400, 'BAD_REQUEST', message);

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
