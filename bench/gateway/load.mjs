// Sends one operation over and over by a fixed number of connections; prints what it saw as JSON. Every answer is read
// and compared with `expected`, the data that is right.
import { Pool } from 'undici';

const { url, query, connections, seconds, unique, expected } = JSON.parse(process.argv[2]);
const { origin, pathname } = new URL(url);
const pool = new Pool(origin, { connections, pipelining: 1 });
const body = JSON.stringify({ query });
const latencies = [];
let wrong = 0;
let sample;
let n = 0;

// The first answer is parsed; those that have the same text as one found right need not be.
let right;
const isRight = (text) => {
  if (text === right) return true;
  const { data, errors } = JSON.parse(text);
  if (errors || JSON.stringify(data) !== expected) return false;
  right = text;
  return true;
};

async function once() {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    // Makes clients differ for gateways that share between requests with equal headers.
    ...(unique && { 'x-client': String(n++) }),
  };
  const startedAt = performance.now();
  const response = await pool.request({ path: pathname, method: 'POST', headers, body });
  const text = await response.body.text();
  latencies.push(performance.now() - startedAt);
  if (response.statusCode !== 200 || !isRight(text)) {
    wrong++;
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
  JSON.stringify({ requests: latencies.length, wrong, sample, p50: quantile(0.5), p99: quantile(0.99) }),
);
await pool.close();
