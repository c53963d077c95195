import type { Logger } from '@cartograph/kit';
import type { EventScope, EventWithOrder, OrdersStore } from '../../store/store.js';

export type Listener = (entry: EventWithOrder) => void;

/**
 * Reads each new order event once per process, for any number of listeners. It learns of new events by `notify` and, because
 * notices may be lost, also polls. Either way it reads the table after the last cursor it has seen, so that no event is
 * missed or delivered twice.
 */
export interface OrderFeed {
  /** The listener receives every event that becomes visible after this resolves, in the order of cursors. */
  listen(scope: EventScope, listener: Listener): Promise<() => void>;
  /** Call this when there is an event with this cursor. */
  notify(cursor: number): void;
  /** The number of listeners. */
  readonly size: number;
  close(): Promise<void>;
}

interface Deps {
  readonly store: Pick<OrdersStore, 'readEvents' | 'readHead'>;
  /** How often to read without a notice, while there are listeners. */
  readonly pollMs: number;
  readonly logger: Logger;
}

const BATCH = 500;

export function createOrderFeed({ store, pollMs, logger }: Deps): OrderFeed {
  const everything = new Set<Listener>();
  const byOrder = new Map<string, Set<Listener>>();
  const byCustomer = new Map<string, Set<Listener>>();
  /** The last cursor that was delivered; undefined while there are no listeners. */
  let head: number | undefined;
  let startingHead: Promise<void> | undefined;
  let size = 0;
  let reading: Promise<void> | undefined;
  /** The greatest cursor of a notice. If it is greater than `head`, read again. */
  let heard = 0;
  let isFailing = false;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  function listenersIn(map: Map<string, Set<Listener>>, key: string): Set<Listener> {
    const found = map.get(key) ?? new Set();
    map.set(key, found);
    return found;
  }

  function setOf(scope: EventScope): Set<Listener> {
    if (scope.of === 'all') return everything;
    return scope.of === 'order'
      ? listenersIn(byOrder, scope.orderId)
      : listenersIn(byCustomer, scope.customerId);
  }

  function remove(scope: EventScope, listener: Listener): void {
    const listeners = setOf(scope);
    if (listeners.delete(listener)) size--;
    if (listeners.size === 0 && scope.of === 'order') byOrder.delete(scope.orderId);
    if (listeners.size === 0 && scope.of === 'customer') byCustomer.delete(scope.customerId);
    if (size > 0) return;
    clearInterval(timer);
    timer = head = startingHead = undefined;
  }

  /** Sets where the first listener starts. It reads everything up to there from the table. */
  async function start(): Promise<void> {
    head = await store.readHead();
    timer = setInterval(() => void read(), pollMs).unref();
    if (heard > head) void read();
  }

  function dispatch(entry: EventWithOrder): void {
    const { orderId, customerId } = entry.event;
    for (const listeners of [everything, byOrder.get(orderId), byCustomer.get(customerId)])
      for (const listener of listeners ?? []) listener(entry);
  }

  async function readOn(): Promise<void> {
    try {
      for (;;) {
        if (head === undefined || isStopped) return;
        const heardBefore = heard;
        const entries = await store.readEvents({ of: 'all' }, head, BATCH);
        isFailing = false;
        for (const entry of entries) {
          // The last listener may have left, and another may have joined, while we were reading.
          if (head === undefined || entry.event.cursor <= head) continue;
          head = entry.event.cursor;
          dispatch(entry);
        }
        if (entries.length === BATCH) continue;
        // A notice that arrived while we were reading may be about an event that this read could not see yet.
        if (heard === heardBefore || heard <= (head ?? heard)) return;
      }
    } catch (error) {
      if (!isFailing) logger.warn({ err: error }, 'Could not read order events; retrying');
      isFailing = true;
    }
  }

  function read(): Promise<void> {
    reading ??= readOn().finally(() => (reading = undefined));
    return reading;
  }

  return {
    async listen(scope, listener) {
      setOf(scope).add(listener);
      size++;
      try {
        startingHead ??= start();
        await startingHead;
      } catch (error) {
        startingHead = undefined;
        remove(scope, listener);
        throw error;
      }
      return () => remove(scope, listener);
    },
    notify(cursor) {
      heard = Math.max(heard, cursor);
      if (head !== undefined && cursor > head) void read();
    },
    get size() {
      return size;
    },
    async close() {
      isStopped = true;
      clearInterval(timer);
      await reading;
    },
  };
}
