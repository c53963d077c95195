// Opens streams at one server, over sockets of graphql-transport-ws, and notes how long each event was on its way. Does
// what the message says: `{ open }`, `{ close }`, or `{ report }`, which is answered with what came since the last one.
import { isDeepStrictEqual } from 'node:util';
import WebSocket from 'ws';
import { expectedTick, OPERATIONS } from './schema.mjs';

/** Handshakes under way at once: a listening socket's queue is short. */
const AT_ONCE = 200;
const now = () => Number(process.hrtime.bigint()) / 1e6;
let sockets = [];
let latencies = [];
let wrong = [];

function receive(operation, text) {
  const at = now();
  const message = JSON.parse(text);
  if (message.type === 'ping' || message.type === 'connection_ack') return;
  const { sentAt, ...tick } = message.payload?.data?.ticks ?? {};
  latencies.push(at - sentAt);
  if (message.type !== 'next' || !isDeepStrictEqual(tick, expectedTick(operation, Number(message.id))))
    wrong.push(text.toString());
}

function connect(url, operation, channels) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
    socket.on('error', reject);
    socket.once('open', () => socket.send('{"type":"connection_init"}'));
    socket.once('message', () => {
      for (const channel of channels) {
        const payload = { query: OPERATIONS[operation], variables: { channel } };
        socket.send(JSON.stringify({ id: String(channel), type: 'subscribe', payload }));
      }
      socket.on('message', (text) => receive(operation, text));
      resolve(socket);
    });
  });
}

async function open({ url, operation, streams, count }) {
  const channelsOf = (socket) =>
    Array.from({ length: Math.ceil((streams - socket) / count) }, (_, index) => socket + index * count);
  for (let first = 0; first < count; first += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - first) }, (_, index) => first + index);
    sockets.push(...(await Promise.all(some.map((socket) => connect(url, operation, channelsOf(socket))))));
  }
}

function close() {
  const closed = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
  for (const socket of sockets) socket.close();
  sockets = [];
  return Promise.all(closed);
}

process.on('message', async (message) => {
  if (message.open) await open(message.open);
  if (message.close) await close();
  process.send({ latencies, wrong });
  latencies = [];
  wrong = [];
});
process.on('disconnect', () => process.exit(0));
