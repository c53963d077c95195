import type { TestWorld } from './gateway.js';
import type { Random } from './random.js';

/** Bodies that are right, to begin with. */
export const SEEDS = [
  '{"query":"{ me { name } }"}',
  '{"query":"query A($id: ID!) { order(id: $id) { status items { product { name } } } }","variables":{"id":"1"}}',
  '{"query":"mutation { renameUser(id: \\"1\\", name: \\"x\\") { id } }","operationName":null,"extensions":{}}',
  '{"query":"{ users { ...F } } fragment F on User { reviews { body @include(if: true) } }"}',
  '{"query":"subscription { orderStatusChanged(orderId: \\"1\\") { status } }"}',
  '{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"00"}}}',
];

/** Messages of a WebSocket that are right once it is initialised. */
export const MESSAGES = [
  '{"type":"ping","payload":{"a":1}}',
  '{"type":"pong"}',
  '{"id":"1","type":"complete"}',
  ...SEEDS.map((payload, index) => `{"id":"${index}","type":"subscribe","payload":${payload}}`),
];

const TOKENS = [
  ...['"', '{', '}', '[', ']', ':', ',', '$', '!', '...', 'null', '1e999', '"query"'],
  ...['\\u0000', '\u2028', '😀', ' '.repeat(50)],
  ...['@skip(if: $x)', '__typename', '__proto__', 'constructor'],
];
const TYPES = ['text/plain', 'application/json; charset=latin1', 'x'];
const ACCEPTS = [
  ...['*/*', 'text/event-stream', 'multipart/mixed', 'application/graphql-response+json'],
  ...['image/png', 'q=;;,', 'application/json;q=0', ', ,'],
];

/** Puts in, leaves out, exchanges or doubles something, one to four times. */
export function mutate(text: string, random: Random): string {
  let result = text;
  for (let count = 1 + random.int(4); count > 0; count--) {
    const at = random.int(result.length + 1);
    const kind = random.int(4);
    if (kind === 0) result = result.slice(0, at) + random.pick(TOKENS) + result.slice(at);
    else if (kind === 1) result = result.slice(0, at) + result.slice(at + 1 + random.int(8));
    else if (kind === 2)
      result = result.slice(0, at) + String.fromCharCode(random.int(300)) + result.slice(at + 1);
    else result = result.slice(0, at) + result.slice(random.int(result.length + 1));
  }
  return result;
}

/** A request by GET or POST, one in ten of them as it should be. */
export function mutatedRequest(random: Random): Parameters<TestWorld['fetch']>[0] {
  const seed = random.pick(SEEDS);
  // Through bytes, as half an emoji cannot be sent.
  const body = random.chance(0.1) ? seed : Buffer.from(mutate(seed, random)).toString('utf8');
  const headers: Record<string, string> = {
    'content-type': random.chance(0.9) ? 'application/json' : random.pick(TYPES),
  };
  if (random.chance(0.2)) headers['accept'] = random.pick(ACCEPTS);
  if (random.chance(0.1))
    headers['x-forwarded-for'] = mutate('1.2.3.4, 5.6.7.8', random).replace(/[^\x20-\x7e]/g, '');
  if (random.chance(0.1)) headers['traceparent'] = 'x'.repeat(random.int(200));
  return random.chance(0.2)
    ? { path: `/graphql?${encodeURI(`query=${body}`).slice(0, 4_000)}`, headers }
    : { method: 'POST', headers, body };
}
