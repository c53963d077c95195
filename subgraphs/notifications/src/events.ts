import { EVENT_TYPES, type AnyEvent, type EventSubscription } from '@cartograph/events';
import { inTraceOf } from '@cartograph/service-kit';
import type { NotificationsService } from './service.js';

/** What notifications listens to: all there is, since webhooks may ask for any of it. */
export function createSubscription(service: NotificationsService): EventSubscription {
  return {
    consumer: 'notifications',
    types: EVENT_TYPES,
    handle: inTraceOf((event: AnyEvent) => service.onEvent(event)),
  };
}
