import type { IncomingMessage } from 'node:http';

export type Encoding = 'br' | 'gzip';

/** What a client can read, by its `Accept-Encoding`. */
export interface AcceptedEncodings {
  /** The encoding that the client likes best, the smaller answer among equals; undefined where it prefers none. */
  readonly best: Encoding | undefined;
  /** Whether an answer may go out as it is. */
  readonly isPlainAccepted: boolean;
}

const CACHE_LIMIT = 200;
const cache = new Map<string, AcceptedEncodings>();
const PLAIN_ONLY: AcceptedEncodings = { best: undefined, isPlainAccepted: true };

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3 */
export function readAcceptEncoding(header: string | undefined): AcceptedEncodings {
  if (header === undefined) return PLAIN_ONLY;
  const known = cache.get(header);
  if (known) return known;
  const accepted = parseAcceptEncoding(header);
  if (cache.size < CACHE_LIMIT) cache.set(header, accepted);
  return accepted;
}

function parseAcceptEncoding(header: string): AcceptedEncodings {
  const qualities = new Map<string, number>();
  for (const item of header.split(',')) {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
    if (name === '') continue;
    const weight = parameters.find((parameter) => /^q\s*=/.test(parameter));
    const quality = weight === undefined ? 1 : Number(weight.slice(weight.indexOf('=') + 1));
    qualities.set(name === 'x-gzip' ? 'gzip' : name, Number.isNaN(quality) ? 1 : quality);
  }
  const other = qualities.get('*');
  const [br, gzip] = [qualities.get('br') ?? other ?? 0, qualities.get('gzip') ?? other ?? 0];
  // Without a word about it, an answer as it is stays acceptable, and is liked less than anything that is named.
  const plain = qualities.get('identity') ?? (other === 0 ? 0 : Number.MIN_VALUE);
  const isBrotliBetter = br >= gzip;
  const quality = isBrotliBetter ? br : gzip;
  return {
    best: quality > 0 && quality >= plain ? (isBrotliBetter ? 'br' : 'gzip') : undefined,
    isPlainAccepted: plain > 0,
  };
}

/** The best encoding that the client says it can read; undefined: as it is. */
export function chooseEncoding({ headers }: IncomingMessage): Encoding | undefined {
  return readAcceptEncoding(headers['accept-encoding'] as string | undefined).best;
}
