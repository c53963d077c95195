import { words } from '../components/Badge.js';
import { When } from '../components/When.js';
import type { AdminOrderQuery } from './AdminOrder.generated.js';

type Event = NonNullable<AdminOrderQuery['order']>['history'][number];

const ACTORS = { CUSTOMER: 'the customer', ADMIN: 'staff', SYSTEM: 'the shop itself' } as const;

/** Everything that happened to an order, and who did it. */
export function History({ events }: { readonly events: readonly Event[] }) {
  return (
    <ol className="space-y-4 border-l-2 border-stone-200 pl-5 dark:border-stone-700">
      {events.map((event) => (
        <li key={event.cursor} className="relative">
          <span
            aria-hidden
            className="absolute top-1.5 -left-[1.65rem] size-3 rounded-full bg-leaf-700 ring-4 ring-white dark:ring-stone-900"
          />
          <p className="font-medium">{words(event.type)}</p>
          <p className="text-sm text-stone-600 dark:text-stone-400">
            <When at={event.occurredAt} />, by{' '}
            {event.actor.user
              ? `${event.actor.user.name} (${ACTORS[event.actor.type]})`
              : ACTORS[event.actor.type]}
          </p>
          {event.note && <p className="mt-1 text-sm">“{event.note}”</p>}
        </li>
      ))}
    </ol>
  );
}
