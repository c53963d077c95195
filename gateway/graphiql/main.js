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

/** One socket for each set of headers: their Authorization is the connection's. */
function clientFor(headers) {
  const key = JSON.stringify(headers);
  let client = clients.get(key);
  if (!client) {
    client = createClient({
      url: endpoint.replace(/^http/, 'ws'),
      connectionParams: headers,
      lazyCloseTimeout: 1000,
    });
    clients.set(key, client);
  }
  return client;
}

function fetcher(params, { headers = {}, documentAST } = {}) {
  const operation = documentAST && getOperationAST(documentAST, params.operationName || undefined);
  if (operation?.operation === 'subscription') return clientFor(headers).iterate(params);
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
# To act as somebody, put their access token into the Headers tab below:
#   { "Authorization": "Bearer …" }
# Subscriptions use the same header; they go over a WebSocket.
{
  __typename
}
`;

createRoot(document.getElementById('graphiql')).render(
  createElement(GraphiQL, { fetcher, defaultQuery, shouldPersistHeaders: false }),
);
