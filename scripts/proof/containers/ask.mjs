/**
 * Sends an operation to a running shop.
 * @param {string} url the gateway's, without /graphql
 * @throws with the errors in the response
 */
export async function ask(url, query, { variables = {}, token } = {}) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      // While this process waits for a command, kept connections are closed unnoticed, and the next request would fail.
      connection: 'close',
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(`${query.slice(0, 60)}…: ${JSON.stringify(errors)}`);
  return data;
}
