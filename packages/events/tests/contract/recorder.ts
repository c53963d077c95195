import { createEvent, type AnyEvent } from '../../src/index.js';

export const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

export function stockChanged(productId: string, sequence: number): AnyEvent {
  const data = { productId, available: sequence, delta: 1, reason: 'test' };
  return createEvent('stock.changed', { aggregateId: productId, sequence, data });
}

export function userRegistered(userId: string): AnyEvent {
  return createEvent('user.registered', {
    aggregateId: userId,
    sequence: 1,
    data: { userId, email: `${userId}@example.com`, name: 'Test' },
  });
}

/** Remembers what a handler was given, and whether two events of one aggregate were ever handled at once. */
export function createRecorder(work: (event: AnyEvent) => Promise<void> | void = () => {}) {
  const started: AnyEvent[] = [];
  const handled: AnyEvent[] = [];
  const active = new Set<string>();
  const overlaps: string[] = [];
  return {
    started,
    handled,
    overlaps,
    get active() {
      return active.size;
    },
    async handle(event: AnyEvent): Promise<void> {
      started.push(event);
      if (active.has(event.aggregateId)) overlaps.push(event.id);
      active.add(event.aggregateId);
      try {
        await work(event);
        handled.push(event);
      } finally {
        active.delete(event.aggregateId);
      }
    },
    of: (aggregateId: string) =>
      handled.filter((event) => event.aggregateId === aggregateId).map((event) => event.sequence),
  };
}

export const randomPause = () => new Promise<void>((resolve) => setTimeout(resolve, Math.random() * 8));

/** A promise to be kept from outside. */
export function gate() {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}
