import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { createLogger } from '@cartograph/kit/logger';
import { Registry } from '@cartograph/kit/metrics';
import type { DocumentNode } from 'graphql';
import { createClient, type Client } from 'graphql-ws';
import { Agent, fetch, type RequestInit, type Response } from 'undici';
import { WebSocket } from 'ws';
import { createGatewayApp, type GatewayApp } from '../../src/app.js';
import { readGatewayConfig } from '../../src/config.js';
import { startSubgraph, type SubgraphDefinition, type TestSubgraph } from './subgraph.js';

export interface GraphQLResult {
  data?: Record<string, unknown> | null;
  errors?: { message: string; path?: (string | number)[]; extensions?: Record<string, unknown> }[];
  extensions?: Record<string, unknown>;
}

export interface TestWorld {
  readonly app: GatewayApp;
  readonly url: string;
  readonly file: string;
  readonly subgraphs: Record<string, TestSubgraph>;
  query(query: string, variables?: object, headers?: Record<string, string>): Promise<GraphQLResult>;
  /** By connections of the world's own, which end with it. */
  fetch(init: RequestInit & { path?: string }): Promise<Response>;
  /** A graphql-ws client that the world closes. */
  client(connectionParams?: Record<string, unknown>): Client;
  stop(): Promise<void>;
}

export function compose(
  subgraphs: readonly { name: string; typeDefs: DocumentNode; url?: string }[],
): string {
  const result = composeServices(
    subgraphs.map(({ name, typeDefs, url = 'http://unused' }) => ({ name, typeDefs, url })),
  );
  if (result.errors) throw new Error(result.errors.map(({ message }) => message).join('\n'));
  return result.supergraphSdl;
}

/** Starts the subgraphs and a gateway over them, all in this process, on sockets of their own. */
export async function startWorld(
  definitions: readonly SubgraphDefinition[],
  environment: Record<string, string> = {},
): Promise<TestWorld> {
  const subgraphs = await Promise.all(definitions.map(startSubgraph));
  const folder = mkdtempSync(join(tmpdir(), 'gateway-test-'));
  const file = join(folder, 'supergraph.graphql');
  writeFileSync(file, compose(subgraphs));
  const config = readGatewayConfig([], {
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'silent',
    SUPERGRAPH_FILE: file,
    SUPERGRAPH_POLL_MS: '50',
    // A thread per gateway would cost each test its start; processes and bounds.test.ts have one.
    PLAN_LIMIT_MS: '0',
    ...environment,
  });
  const app = createGatewayApp(config, {
    logger: createLogger('gateway', config.LOG_LEVEL),
    registry: new Registry(),
  });
  const { port } = await app.listen();
  const url = `http://127.0.0.1:${port}/graphql`;
  const clients: Client[] = [];
  const agent = new Agent();
  const send: TestWorld['fetch'] = ({ path, ...init }) =>
    fetch(path === undefined ? url : new URL(path, url), { dispatcher: agent, ...init });
  return {
    app,
    url,
    file,
    subgraphs: Object.fromEntries(subgraphs.map((subgraph) => [subgraph.name, subgraph])),
    async query(query, variables = {}, headers = {}) {
      const response = await send({
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as GraphQLResult;
    },
    fetch: send,
    client(connectionParams) {
      const client = createClient({
        url: url.replace('http', 'ws'),
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        ...(connectionParams && { connectionParams }),
      });
      clients.push(client);
      return client;
    },
    async stop() {
      await Promise.all(clients.map((client) => client.dispose()));
      await agent.destroy();
      await app.close();
      await Promise.all(subgraphs.map((subgraph) => subgraph.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until `condition` holds; fails with `what` after the limit. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  limitMs = 10_000,
): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited ${limitMs} ms in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
