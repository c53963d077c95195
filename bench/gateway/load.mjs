// Sends one operation over and over by a fixed number of connections; prints what it saw as JSON.
import { Pool } from 'undici';

const { url, query, connections, seconds, unique } = JSON.parse(process.argv[2]);
const { origin, pathname } = new URL(url);
const pool = new Pool(origin, { connections, pipelining: 1 });
const latencies = [];
let failures = 0;
let sample;
let n = 0;

async function once() {
  // A variable that nobody uses would be refused; a header makes clients differ where sharing must be excluded.
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    ...(unique && { 'x-client': String(n++) }),
  };
  const startedAt = performance.now();
  const { statusCode, body } = await pool.request({
    path: pathname,
    method: 'POST',
    headers,
    body: JSON.stringify({ query }),
  });
  const text = await body.text();
  latencies.push(performance.now() - startedAt);
  if (statusCode !== 200 || text.includes('"errors"')) {
    failures++;
    sample ??= text.slice(0, 300);
  }
}

const until = performance.now() + seconds * 1000;
await Promise.all(
  Array.from({ length: connections }, async () => {
    while (performance.now() < until) await once();
  }),
);
latencies.sort((a, b) => a - b);
const quantile = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))];
console.log(
  JSON.stringify({ requests: latencies.length, failures, sample, p50: quantile(0.5), p99: quantile(0.99) }),
);
await pool.close();
