import type { EventHandlers } from '@cartograph/kit';

/** The name of __name__ on the bus and in its table of handled events. */
export const CONSUMER = '__name__';

/** One for each event type that app.ts declares. */
export const createHandlers = (): Partial<EventHandlers> => ({});
