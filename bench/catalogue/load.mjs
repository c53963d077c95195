// Sends requests over a fixed number of connections; prints how many and how fast as JSON. Argument: a file with
// { url, bodies, connections, seconds, once, most }; with `once` each body is sent one time, and the end of them ends it.
import { readFileSync } from 'node:fs';
import { Pool } from 'undici';

const {
  url,
  bodies,
  connections,
  seconds,
  once,
  most = Infinity,
} = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { origin, pathname } = new URL(url);
const pool = new Pool(origin, { connections, pipelining: 1 });
const headers = { 'content-type': 'application/json', accept: 'application/json' };
const latencies = [];
let next = 0;
let failures = 0;
let sample;

async function send(body) {
  const startedAt = performance.now();
  const answer = await pool.request({ path: pathname, method: 'POST', headers, body });
  const text = await answer.body.text();
  latencies.push(performance.now() - startedAt);
  if (answer.statusCode !== 200 || /"errors":|"userErrors":\[\{/.test(text)) {
    failures += 1;
    sample ??= text.slice(0, 300);
  }
}

const startedAt = performance.now();
const until = startedAt + seconds * 1000;
await Promise.all(
  Array.from({ length: connections }, async () => {
    while (performance.now() < until && !(once && next >= Math.min(most, bodies.length)))
      await send(bodies[next++ % bodies.length]);
  }),
);
const elapsed = (performance.now() - startedAt) / 1000;
latencies.sort((a, b) => a - b);
const quantile = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))];
const result = {
  count: latencies.length,
  failures,
  sample,
  elapsed,
  p50: quantile(0.5),
  p99: quantile(0.99),
};
console.log(JSON.stringify(result));
await pool.close();
