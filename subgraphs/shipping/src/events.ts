import type { EventHandlers } from '@cartograph/kit';

/** The name of shipping on the bus and in its table of handled events. */
export const CONSUMER = 'shipping';

/** One for each event type that app.ts declares. */
export const createHandlers = (): Partial<EventHandlers> => ({});
