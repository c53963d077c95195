import { BSON } from 'mongodb';

/** What is said on one connection to a store. */
export interface Conversation {
  /** Takes in a client's bytes as they come; answers the round trips that begin with them, in words. */
  sent(bytes: Buffer): string[];
  answered(bytes: Buffer): void;
}

/** By an address's protocol. */
export const conversations: Readonly<Record<string, () => Conversation>> = {
  'postgres:': readPostgres,
  'postgresql:': readPostgres,
  'mongodb:': readMongo,
  'redis:': readRedis,
};

interface Message {
  /** In bytes. */
  readonly length: number;
  readonly request?: string;
}

/** Keeps bytes until `next` finds a whole message at their start. */
function createFramer(next: (bytes: Buffer) => Message | undefined): (bytes: Buffer) => Message[] {
  let pending: Buffer = Buffer.alloc(0);
  return (bytes) => {
    pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
    const messages: Message[] = [];
    for (let message = next(pending); message; message = next(pending)) {
      messages.push(message);
      pending = pending.subarray(message.length);
    }
    return messages;
  };
}

const requestsOf = (messages: readonly Message[]) =>
  messages.flatMap(({ request }) => (request === undefined ? [] : [request]));

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim().slice(0, 200);

/** https://www.postgresql.org/docs/current/protocol-message-formats.html: a Query or a Sync ends what is answered at once. */
function readPostgres(): Conversation {
  let hasStarted = false;
  /** By the names under which they were prepared; the one without a name is replaced by each Parse. */
  const statements = new Map<string, string>();
  let bound = '';
  const textsOf = (bytes: Buffer, length: number) => bytes.toString('utf8', 5, length).split('\0', 2);
  const frame = createFramer((bytes) => {
    if (!hasStarted) {
      if (bytes.length < 8 || bytes.length < bytes.readInt32BE(0)) return undefined;
      hasStarted = bytes.readInt32BE(4) === 196_608;
      return { length: bytes.readInt32BE(0) };
    }
    if (bytes.length < 5) return undefined;
    const length = 1 + bytes.readInt32BE(1);
    if (bytes.length < length) return undefined;
    const type = String.fromCharCode(bytes[0]!);
    if (type === 'Q') return { length, request: oneLine(bytes.toString('utf8', 5, length - 1)) };
    if (type === 'P') {
      const [name, statement] = textsOf(bytes, length);
      statements.set(name!, oneLine(statement!));
    }
    if (type === 'B') bound = statements.get(textsOf(bytes, length)[1]!) ?? 'unknown statement';
    return type === 'S' ? { length, request: bound } : { length };
  });
  return { sent: (bytes) => requestsOf(frame(bytes)), answered: () => {} };
}

const OP_MSG = 2013;
/** Where an OP_MSG's document begins: behind the header, the flags and the section's kind. */
const DOCUMENT_AT = 16 + 4 + 1;

/** https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol: a command is its document's first field. */
function readMongo(): Conversation {
  const frame = createFramer((bytes) => {
    if (bytes.length < 16) return undefined;
    const length = bytes.readInt32LE(0);
    if (bytes.length < length) return undefined;
    if (bytes.readInt32LE(12) !== OP_MSG) return { length };
    const end = DOCUMENT_AT + bytes.readInt32LE(DOCUMENT_AT);
    const command = BSON.deserialize(bytes.subarray(DOCUMENT_AT, end));
    const [name, target] = Object.entries(command)[0]!;
    const filter = command['filter'] ? `{ ${Object.keys(command['filter']).join(', ')} }` : '';
    return { length, request: `${name} ${typeof target === 'string' ? target : ''} ${filter}`.trim() };
  });
  return { sent: (bytes) => requestsOf(frame(bytes)), answered: () => {} };
}

/** https://redis.io/docs/latest/develop/reference/protocol-spec: what is sent before the last answer shares its trip. */
function readRedis(): Conversation {
  let awaited = 0;
  const whole = (bytes: Buffer): Message | undefined => {
    const length = endOfValue(bytes, 0);
    return length === undefined ? undefined : { length, request: oneLine(commandOf(bytes)) };
  };
  const [commands, answers] = [createFramer(whole), createFramer(whole)];
  return {
    sent(bytes) {
      const requests = requestsOf(commands(bytes));
      const begun = awaited === 0 ? requests.slice(0, 1) : [];
      awaited += requests.length;
      return begun;
    },
    answered(bytes) {
      awaited = Math.max(0, awaited - answers(bytes).length);
    },
  };
}

/** Its name, and its first key up to what is different each time. In an array of bulk strings every other line is a length. */
function commandOf(bytes: Buffer): string {
  const words = bytes.toString('utf8', 0, 1_000).split('\r\n');
  const [name = '', ...args] = words.filter((_, index) => index > 0 && index % 2 === 0);
  const key = /^eval/i.test(name) ? args[2] : args[0];
  return `${name} ${key?.split(':')[0] ?? ''}`;
}

/** Where a RESP value that starts at `at` ends; undefined if it is not all there. */
function endOfValue(bytes: Buffer, at: number): number | undefined {
  const lineEnd = bytes.indexOf('\r\n', at);
  if (lineEnd < 0) return undefined;
  const type = String.fromCharCode(bytes[at]!);
  const size = Number(bytes.toString('latin1', at + 1, lineEnd));
  const start = lineEnd + 2;
  if ('$=!'.includes(type)) {
    const end = size < 0 ? start : start + size + 2;
    return end <= bytes.length ? end : undefined;
  }
  if (!'*~>%'.includes(type)) return start;
  let end: number | undefined = start;
  for (let left = type === '%' ? 2 * size : size; left > 0 && end !== undefined; left -= 1)
    end = end < bytes.length ? endOfValue(bytes, end) : undefined;
  return end;
}
