import { createClient, MessageType, stringifyMessage, type Client } from 'graphql-ws';
import { connectionState } from './connection-state.js';
import { sessionSignal } from '../session/leave.js';
import { sessionStore } from '../session/session.js';
import { freshAccessToken, renewalTime } from '../session/token.js';

const PING_AFTER_MS = 10_000;
const PONG_WITHIN_MS = 5_000;
const LONGEST_PAUSE_MS = 8_000;

/** The gateway refused the token: it expired, or the session ended or lost rights. */
const FORBIDDEN = 4403;

let socket: WebSocket | undefined;
/** Whether the token must be renewed before the next attempt, even if it has not expired. */
let isTokenRefused = false;
let pongTimer: ReturnType<typeof setTimeout> | undefined;
let renewalTimer: ReturnType<typeof setTimeout> | undefined;

/** One socket for all streams. It opens with the first stream, and reconnects automatically with a fresh token. */
const client = createClient({
  url: () => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
  async connectionParams() {
    // Throwing here would end all streams permanently; with an old token the gateway closes the socket, and we retry.
    const token = await freshAccessToken({ force: isTokenRefused }).catch(
      () => sessionStore.get()?.accessToken,
    );
    return token ? { authorization: `Bearer ${token}` } : {};
  },
  keepAlive: PING_AFTER_MS,
  retryAttempts: Infinity,
  shouldRetry: () => true,
  retryWait: pauseBeforeRetry,
  on: {
    connecting: () => connectionState.set('connecting'),
    opened: (opened) => (socket = opened as WebSocket),
    connected() {
      connectionState.set('live');
      renewInTime();
    },
    ping(isFromServer) {
      // Otherwise a socket whose other end has vanished (sleep, another network) stays "open" for minutes.
      if (!isFromServer) expectPong();
    },
    pong: () => clearTimeout(pongTimer),
    closed(event) {
      clearTimeout(pongTimer);
      clearTimeout(renewalTimer);
      isTokenRefused = (event as CloseEvent).code === FORBIDDEN;
      connectionState.set((event as CloseEvent).code === 1000 ? 'idle' : 'lost');
    },
  },
});

function expectPong(): void {
  clearTimeout(pongTimer);
  pongTimer = setTimeout(() => client.terminate(), PONG_WITHIN_MS);
}

/**
 * Waits longer each time, with jitter, but at most until the network returns, the page becomes visible, or there is a fresh
 * token.
 */
function pauseBeforeRetry(retries: number): Promise<void> {
  const pause = Math.min(LONGEST_PAUSE_MS, 400 * 2 ** retries) * (0.5 + Math.random() / 2);
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      forgetSession();
      window.removeEventListener('online', done);
      document.removeEventListener('visibilitychange', done);
      resolve();
    };
    const timer = setTimeout(done, pause);
    const forgetSession = sessionStore.subscribe(done);
    window.addEventListener('online', done);
    document.addEventListener('visibilitychange', done);
  });
}

/**
 * Renews the token on the open socket before the old one expires: a ping carries the new one, and streams continue. If that is
 * too late, the gateway closes the socket (4403) and it opens again with a fresh token.
 */
function renewInTime(): void {
  clearTimeout(renewalTimer);
  const session = sessionStore.get();
  if (!session) return;
  const left = renewalTime(session) - Date.now();
  renewalTimer = setTimeout(() => void freshAccessToken().catch(() => renewInTime()), Math.max(1_000, left));
}

let { accessToken, user } = sessionStore.get() ?? {};
sessionStore.subscribe(() => {
  const session = sessionStore.get();
  const isSamePerson = session?.user.id === user?.id;
  const isNewToken = session?.accessToken !== accessToken;
  ({ accessToken, user } = session ?? { accessToken: undefined, user: undefined });
  if (socket?.readyState !== WebSocket.OPEN) return;
  if (!isSamePerson) return client.terminate();
  if (!isNewToken || connectionState.get() !== 'live') return;
  socket.send(
    stringifyMessage({ type: MessageType.Ping, payload: { authorization: `Bearer ${accessToken}` } }),
  );
  renewInTime();
});

sessionSignal.addEventListener('abort', () => void client.dispose());
window.addEventListener('offline', () => client.terminate());
// After sleep the socket may be dead: check at once instead of at the next ping.
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState !== 'visible' || socket?.readyState !== WebSocket.OPEN) return;
  socket.send(stringifyMessage({ type: MessageType.Ping }));
  expectPong();
});

/**
 * The live connection. If a stream's operation has `$after` and its root field a `cursor`, it continues after the last event
 * that arrived when the socket reconnects, instead of from its original start.
 */
export const liveClient: Client = {
  ...client,
  subscribe(payload, sink) {
    // Sent again with each reconnection, so a change here applies to the next one.
    const variables: Record<string, unknown> = { ...payload.variables };
    const isResumable = payload.query.includes('$after');
    return client.subscribe(
      { ...payload, variables },
      {
        ...sink,
        next(result) {
          const cursor = isResumable && cursorOf(result.data);
          if (cursor) variables['after'] = cursor;
          sink.next(result as Parameters<typeof sink.next>[0]);
        },
      },
    );
  },
};

function cursorOf(data: unknown): string | undefined {
  const [event] = Object.values((data ?? {}) as Record<string, { cursor?: string } | null>);
  return event?.cursor;
}
