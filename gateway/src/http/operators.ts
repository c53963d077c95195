import type { ServerResponse } from 'node:http';
import type { Registry } from '@cartograph/kit/metrics';

export interface OperatorsRouteOptions {
  readonly registry: Registry;
  readonly readiness: () => 'ready' | 'not ready' | 'draining';
  /** The state of what readiness depends on, by name. */
  readonly checks: () => Readonly<Record<string, string>>;
}

/**
 * Answers `/healthz` and `/readyz`, which load balancers ask, and what is for operators only: `/metrics`, and why the
 * gateway is not ready.
 * @returns whether the path was one of them; with `isInternal` false, only those that anyone may ask
 */
export function createOperatorsRoute({
  registry,
  readiness,
  checks,
}: OperatorsRouteOptions): (response: ServerResponse, path: string, isInternal: boolean) => boolean {
  return (response, path, isInternal) => {
    if (path === '/healthz') {
      sendJson(response, 200, { status: 'ok' });
      return true;
    }
    if (path === '/readyz') {
      const status = readiness();
      sendJson(response, status === 'ready' ? 200 : 503, { status, ...(isInternal && { checks: checks() }) });
      return true;
    }
    if (path !== '/metrics' || !isInternal) return false;
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
    return true;
  };
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
    .end(JSON.stringify(body));
}
