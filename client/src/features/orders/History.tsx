import { Moment } from '../../components/Moment.js';
import { Panel } from '../../components/Panel.js';
import type { OrderPartsFragment } from '../../graphql/OrderParts.generated.js';
import { EVENT_WORDS } from './steps.js';

/** Everything that happened, latest first. */
export function History({ history }: { readonly history: OrderPartsFragment['history'] }) {
  return (
    <Panel>
      <h2 className="mb-2 font-display text-xl">Everything that happened</h2>
      <ul className="space-y-3 text-sm">
        {[...history].reverse().map((event) => (
          <li key={event.cursor}>
            <p className="font-medium">{EVENT_WORDS[event.type]}</p>
            {event.note && <p>{event.note}</p>}
            <p className="text-stone-600 dark:text-stone-400">
              <Moment at={event.occurredAt} />
            </p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
