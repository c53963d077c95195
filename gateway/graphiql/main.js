// The GraphiQL page: bundled by build.js, served by the gateway at /graphiql, without anything from the internet.
/* global document, location, Worker */
import { GraphiQL } from 'graphiql';
import { getOperationAST } from 'graphql';
import { createClient } from 'graphql-ws';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import 'graphiql/style.css';

globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => {
    const name = label === 'json' || label === 'graphql' ? label : 'editor';
    return new Worker(new URL(`./${name}.worker.js`, import.meta.url), { type: 'module' });
  },
};

const endpoint = `${location.origin}/graphql`;
const clients = new Map();

/** What to do about the codes with which the gateway closes a socket whose token it refuses. */
const TOKEN_ADVICE = {
  4401: 'A stream needs an access token. Add one to the Headers tab: { "Authorization": "Bearer …" }.',
  4403: 'Put a valid access token into the Headers tab; login or refreshSession gives you one.',
};

/**
 * One socket for each set of headers: their Authorization is the connection's. Nothing is tried again: a developer reads at
 * once why a stream was refused or has ended, and presses ▶ once that is mended.
 */
function clientFor(headers) {
  const key = JSON.stringify(headers);
  let client = clients.get(key);
  if (!client) {
    client = createClient({
      url: endpoint.replace(/^http/, 'ws'),
      connectionParams: headers,
      lazyCloseTimeout: 1000,
      retryAttempts: 0,
    });
    clients.set(key, client);
  }
  return client;
}

/** A stream whose refusal, or end, is a GraphQL error in words: GraphiQL shows a CloseEvent as {"isTrusted":true}. */
async function* openStream(params, headers) {
  let hasBegun = false;
  try {
    for await (const result of clientFor(headers).iterate(params)) {
      hasBegun = true;
      yield result;
    }
  } catch (fault) {
    yield { errors: Array.isArray(fault) ? fault : [explain(fault, hasBegun)] };
  }
}

/** The error for what graphql-ws rejects with: the socket's CloseEvent, its error event, or an Error. */
function explain(fault, hasBegun) {
  if (fault instanceof Error) return { message: fault.message };
  const { code, reason } = fault;
  const advice = TOKEN_ADVICE[code];
  if (advice)
    return {
      message: `The stream was refused. ${reason || 'Unauthorized'}. ${advice}`,
      extensions: { code: 'UNAUTHENTICATED', closeCode: code },
    };
  if (reason)
    return { message: `The gateway closed the connection: ${reason}.`, extensions: { closeCode: code } };
  return {
    message: hasBegun
      ? 'The connection to the gateway was lost. Press ▶ to open the stream again.'
      : `The gateway cannot be reached at ${endpoint.replace(/^http/, 'ws')}. Check that it runs and that proxies in between pass WebSockets on.`,
    extensions: { code: 'NETWORK_ERROR' },
  };
}

function fetcher(params, { headers = {}, documentAST } = {}) {
  const operation = documentAST && getOperationAST(documentAST, params.operationName || undefined);
  if (operation?.operation === 'subscription') return openStream(params, headers);
  return fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json',
      ...headers,
    },
    body: JSON.stringify(params),
  }).then((response) => response.json());
}

const defaultQuery = `# Write a query, mutation or subscription here and press ▶.
# To act as a user, put their access token into the Headers tab below:
#   { "Authorization": "Bearer …" }
# Subscriptions use the same header; they go over a WebSocket.
{
  __typename
}
`;

createRoot(document.getElementById('graphiql')).render(
  createElement(GraphiQL, { fetcher, defaultQuery, shouldPersistHeaders: false }),
);
