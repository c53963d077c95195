import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Checks that the gateway plans, and a subgraph and its store answer; it needs no user.
 * @throws with the last response, if none is correct within so many seconds
 */
export async function smoke(url, seconds) {
  const query = '{ categories { slug } products(first: 1) { nodes { id name } } }';
  const until = Date.now() + seconds * 1_000;
  for (;;) {
    const answer = await fetch(new URL('/graphql', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
      signal: AbortSignal.timeout(5_000),
    })
      .then((response) => response.json())
      .catch((error) => ({ errors: [error.message] }));
    if (answer.data && !answer.errors) return;
    if (Date.now() >= until) throw new Error(`The smoke test failed: ${JSON.stringify(answer.errors)}`);
    await sleep(1_000);
  }
}
