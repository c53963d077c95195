import type { Collections } from '../collections.js';

/** Events are kept after they were sent, in case the event bus loses them. */
export async function createSentEvents({ sentEvents }: Collections): Promise<void> {
  await sentEvents.createIndexes([
    { name: 'sent_order', key: { mark: 1, place: 1 } },
    { name: 'sent_at', key: { sentAt: 1 } },
  ]);
}
