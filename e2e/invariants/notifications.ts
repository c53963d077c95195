import { madeAt, MAIL_OF, type Evidence } from './evidence.js';
import { groupBy } from './group-by.js';

/** One mail for each event that causes one, sent once, and no other mails. */
export function findMailFaults({ events, heardSince, notifications, mails }: Evidence): string[] {
  const faults: string[] = [];
  const byEvent = groupBy(notifications, ({ event_id }) => event_id);
  for (const { id, type } of events.values()) {
    const kinds = (byEvent.get(id) ?? []).map(({ kind }) => kind);
    const expected = MAIL_OF[type] ? [MAIL_OF[type]] : [];
    if (String(kinds) !== String(expected))
      faults.push(`${type} ${id} made the mails [${String(kinds)}], expected [${String(expected)}]`);
  }
  for (const { id, kind, status, event_id } of notifications) {
    if (status !== 'SENT') faults.push(`Mail ${id} (${kind}) is ${status}`);
    else if (!mails.has(id)) faults.push(`Mail ${id} (${kind}) counts as sent, but is not there`);
    if (kind !== 'WEBHOOK_DISABLED' && !events.has(event_id) && madeAt(event_id) >= heardSince)
      faults.push(`Mail ${id} (${kind}) is about event ${event_id}, which was never published`);
  }
  const known = new Set(notifications.map(({ id }) => id));
  for (const id of mails) if (!known.has(id)) faults.push(`Mail ${id} was sent without a reason`);
  return faults;
}

/** One delivery for each webhook and event that it has subscribed to since it was created, and each arrived. */
export function findDeliveryFaults({ events, webhooks, deliveries }: Evidence): string[] {
  const faults: string[] = [];
  for (const { id, url, event_types, created_at } of webhooks) {
    const own = deliveries.filter(({ webhook_id }) => webhook_id === id);
    const counts = groupBy(own, ({ event_id }) => event_id);
    for (const { event_id, status } of own)
      if (status !== 'SUCCEEDED') faults.push(`Event ${event_id} for ${url} is ${status}`);
    for (const event of events.values()) {
      if (!event_types.includes(event.type) || new Date(event.occurredAt) <= created_at) continue;
      const count = counts.get(event.id)?.length ?? 0;
      if (count !== 1) faults.push(`${event.type} ${event.id} has ${count} deliveries to ${url}`);
    }
  }
  return faults;
}
