// The attacks of `npm run proof:exhaustion`, in a separate process: each runs for its share of the time, from
// its own addresses, and may use everything that the gateway grants a client. Prints the responses of each as JSON lines.
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { Agent, request } from 'undici';
import { WebSocket } from 'ws';

const { port, seconds, controlSeconds, sockets: MAX_SOCKETS, only } = JSON.parse(process.argv[2]);
const origin = `http://127.0.0.1:${port}`;
const agent = new Agent({ connections: 32, headersTimeout: 30_000, bodyTimeout: 30_000 });
let n = 0;
let address = 0;
const headers = (from) => ({ 'content-type': 'application/json', 'x-forwarded-for': from });

async function send(body, from, more = {}) {
  const response = await request(`${origin}/graphql`, {
    method: 'POST',
    dispatcher: agent,
    headers: { ...headers(from), ...more },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.body.text();
  return /"code":"(\w+)"/.exec(text)?.[1] ?? String(response.statusCode);
}

/** Sends requests without pause, 16 at a time, from one address or from a new one every 20 requests. */
const flood =
  (make, { isSpread = false } = {}) =>
  async (end, note) => {
    const own = `10.${++address}.0.1`;
    const from = () => (isSpread ? `10.${address}.${(n / 20 / 250) & 255}.${((n / 20) % 250) | 0}` : own);
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        while (Date.now() < end) {
          const answer = await make(++n, from()).catch((error) => error.code ?? error.message);
          note(answer);
          // A client that wants to be served does not retry a refused request at once.
          if (answer !== '200') await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }),
    );
  };
const nine = (name) =>
  `query ${name} { users { ${'id name reviews { id body author { id name } } '.repeat(190)}} }`;
const persisted = (query) => ({
  persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') },
});

/** Sockets that stay open during the attack; `open` opens one. */
const hold =
  (open, limit = MAX_SOCKETS) =>
  async (end, note) => {
    const held = new Set();
    while (Date.now() < end) {
      if (held.size < limit) {
        const socket = open(note);
        held.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          held.delete(socket);
          note('closed');
        });
        note('opened');
      }
      await new Promise((resolve) => setTimeout(resolve, held.size < limit ? 2 : 50));
    }
    for (const socket of held) (socket.terminate ?? socket.destroy).call(socket);
  };
const raw = (text) => () => {
  const socket = connect(port, '127.0.0.1');
  socket.write(text);
  return socket;
};
const post = (length, body, from = '10.200.0.1') =>
  `POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nX-Forwarded-For: ${from}\r\nContent-Length: ${length}\r\n\r\n${body}`;
/** Asks for an answer of about 4 MB; `less` makes it differ from others. */
const large = (less = 0) => ({
  query: 'query ($size: Int!) { large(size: $size) }',
  variables: { size: 4_000_000 - less },
});
/** A client that asks for four large answers and reads none. */
const deaf = (from, less) => {
  const socket = connect(port, '127.0.0.1');
  socket.pause();
  const body = JSON.stringify(large(less));
  for (let index = 0; index < 4; index++) socket.write(post(body.length, body, from));
  return socket;
};
const subscribe = (count, payload) => (note) => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws', {
    headers: { 'x-forwarded-for': `10.201.0.${n++ % 250}` },
  });
  socket.on('open', () => socket.send('{"type":"connection_init"}'));
  socket.on('message', (data) => {
    const { type } = JSON.parse(data);
    if (type === 'error') note('refused');
    if (type !== 'connection_ack') return;
    for (let id = 0; id < count; id++)
      socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload: payload(++n) }));
  });
  return socket;
};

/** What the attacks are compared with: as much work for the machine, from clients that ask for nothing unusual. */
const CONTROL = 'ordinary requests';
const ATTACKS = {
  [CONTROL]: flood((_id, from) => send({ query: '{ users { id name reviews { id body } } }' }, from), {
    isSpread: true,
  }),
  'unique operations of 9 kB': flood((id, from) => send({ query: nine(`A${id}`) }, from)),
  'unique operations, from many addresses': flood((id, from) => send({ query: nine(`B${id}`) }, from), {
    isSpread: true,
  }),
  'strings of 900 kB': flood((id, from) =>
    send({ query: `{ echo(text: "${id}${'x'.repeat(900_000)}") }` }, from),
  ),
  'unique persisted queries': flood(
    (id, from) => {
      const query = `query P${id} { echo(text: "${'x'.repeat(60_000)}") }`;
      return send({ query, extensions: persisted(query) }, from);
    },
    { isSpread: true },
  ),
  'unique names': flood((id, from) => send({ query: `query N${id} { users { id } }` }, from), {
    isSpread: true,
  }),
  'names of 60 kB': flood((id, from) =>
    send({ query: `query N${id}${'n'.repeat(60_000)} { users { id } }` }, from),
  ),
  'unique invalid operations': flood(
    (id, from) => send({ query: `{ unknown${id}${'n'.repeat(9_000)} }` }, from),
    {
      isSpread: true,
    },
  ),
  'unique variables': flood((id, from) =>
    send(
      {
        query: 'query ($text: String) { echo(text: $text) }',
        variables: { text: `${id}${'v'.repeat(500_000)}` },
      },
      from,
    ),
  ),
  'unique tokens': flood((id, from) =>
    send({ query: '{ users { id } }' }, from, { authorization: `Bearer ${id}.${'t'.repeat(10_000)}.x` }),
  ),
  'many and large headers': flood((id, from) =>
    send(
      { query: '{ users { id } }' },
      from,
      Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`x-${id}-${index}`, 'h'.repeat(100)])),
    ),
  ),
  'idle sockets': hold(raw('')),
  'half headers': hold(raw(`POST /graphql HTTP/1.1\r\nHost: a\r\nX-Long: ${'h'.repeat(15_000)}`)),
  'half bodies': hold(raw(post(1_000_000, `{"query":"${'x'.repeat(900_000)}`))),
  'slow readers': hold(() => deaf()),
  'slow readers from many addresses, each of its own answer': hold(() =>
    deaf(`10.202.${(++n >> 8) & 255}.${n & 255}`, n % 10_000),
  ),
  'slow readers over WebSocket': hold(() => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws', {
      headers: { 'x-forwarded-for': `10.203.0.${++n & 255}` },
    });
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.once('message', () => {
      socket.pause();
      for (let id = 0; id < 100; id++)
        socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload: large(id) }));
    });
    return socket;
  }, 50),
  'half WebSocket messages': hold(() => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
    socket.on('open', () => {
      socket.send('x'.repeat(900_000), { fin: false });
    });
    return socket;
  }),
  'many subscriptions': hold(
    subscribe(500, (id) => ({ query: `subscription { ticks(text: "${id}") }` })),
    60,
  ),
  'subscriptions with large texts': hold(
    subscribe(50, (id) => ({
      query: 'subscription ($text: String) { ticks(text: $text) }',
      variables: { text: `${id}${'s'.repeat(200_000)}` },
    })),
    40,
  ),
};

const attacks = Object.keys(ATTACKS).filter((name) => name !== CONTROL && name.includes(only));
for (const name of [CONTROL, ...attacks]) {
  const counts = {};
  const note = (answer) => {
    counts[answer] = (counts[answer] ?? 0) + 1;
  };
  const isControl = name === CONTROL;
  process.send({ begins: name, isControl });
  await ATTACKS[name](Date.now() + (isControl ? controlSeconds : seconds / attacks.length) * 1000, note);
  process.send({ ended: name, counts });
}
process.exit(0);
