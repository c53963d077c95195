import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

/** What a subscriber was told, in the order it was told. */
export interface Follower {
  readonly events: readonly { readonly cursor: string; readonly orderId: string }[];
  /** How the gateway ended connections, one entry each. */
  readonly ends: readonly string[];
  /** What a subscriber must never see: errors, or an end without being asked to come again. */
  readonly troubles: readonly string[];
  stop(): Promise<void>;
}

interface Told {
  readonly orderEvents: { readonly cursor: string; readonly order: { readonly id: string } };
}

const FOLLOW =
  'subscription ($after: String) { orderEvents(after: $after) { cursor order { id customer { name } payment { status } } } }';

/** One connection: gives events until the gateway ends it, then how it ended. */
type Connect = (
  after: string,
  on: { told: (result: { data?: Told | null; errors?: unknown }) => void; signal: AbortSignal },
) => Promise<string>;

/** Subscribes again from its last cursor when the gateway closes the stream, as gateway/README.md tells clients to. */
function follow(start: string, connect: Connect): Follower {
  const events: { cursor: string; orderId: string }[] = [];
  const ends: string[] = [];
  const troubles: string[] = [];
  const abort = new AbortController();
  const told = ({ data, errors }: { data?: Told | null; errors?: unknown }) => {
    if (errors || !data) troubles.push(JSON.stringify(errors));
    else events.push({ cursor: data.orderEvents.cursor, orderId: data.orderEvents.order.id });
  };
  const done = (async () => {
    while (!abort.signal.aborted) {
      const end = await connect(events.at(-1)?.cursor ?? start, { told, signal: abort.signal }).catch(
        (error: unknown) => `failed: ${String(error)}`,
      );
      if (!abort.signal.aborted) ends.push(end);
    }
  })();
  return {
    events,
    ends,
    troubles,
    async stop() {
      abort.abort();
      await done;
    },
  };
}

/** By graphql-ws, what comes after the cursor `start`; an end is a close code. */
export function followBySocket(url: string, token: string, start: string): Follower {
  return follow(start, async (after, { told, signal }) => {
    const client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { Authorization: `Bearer ${token}` },
      retryAttempts: 0,
    });
    const stream = client.iterate<Told>({ query: FOLLOW, variables: { after } });
    const leave = () => void stream.return?.();
    signal.addEventListener('abort', leave, { once: true });
    try {
      for await (const result of stream) told(result as { data?: Told | null; errors?: unknown });
      return 'complete';
    } catch (error) {
      if (error instanceof Error) throw error;
      return String((error as { code?: number }).code ?? JSON.stringify(error));
    } finally {
      signal.removeEventListener('abort', leave);
      await client.dispose();
    }
  });
}

/** By server-sent events; an end without `complete` asks the client to come again. */
export function followBySse(url: string, token: string, start: string): Follower {
  return follow(start, async (after, { told, signal }) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify({ query: FOLLOW, variables: { after } }),
      signal,
    });
    if (!response.ok) return `status ${response.status}`;
    let rest = '';
    for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + text).split('\n\n');
      rest = blocks.pop()!;
      for (const block of blocks) {
        if (block.startsWith('event: complete')) return 'complete';
        const data = /^data: (.+)$/m.exec(block)?.[1];
        if (data) told(JSON.parse(data) as { data?: Told | null; errors?: unknown });
      }
    }
    return 'come again';
  });
}
