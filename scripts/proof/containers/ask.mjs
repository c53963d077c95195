/**
 * Asks a running shop.
 * @param {string} url the gateway's, without /graphql
 * @throws with the errors that came beside the data
 */
export async function ask(url, query, { variables = {}, token } = {}) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      // While this process waits for a command, connections that are kept are closed unnoticed, and the next request fails.
      connection: 'close',
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(`${query.slice(0, 60)}…: ${JSON.stringify(errors)}`);
  return data;
}
