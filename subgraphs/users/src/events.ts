import type { EventHandlers } from '@cartograph/kit';

/** This service's name on the event bus. */
export const CONSUMER = 'users';

/** The events that it announces; it handles none. */
export const PUBLISHES = [
  'user.registered',
  'user.updated',
  'user.deactivated',
  'user.password_reset_requested',
  'user.email_change_requested',
] as const;

export const createHandlers = (): Partial<EventHandlers> => ({});
