import { Button } from '../../../components/Button.js';
import { StatusBadge } from '../components/Badge.js';
import { Json } from '../components/Json.js';
import { When } from '../components/When.js';
import type { DeliveryPartsFragment } from './DeliveryParts.generated.js';

interface DeliveryProps {
  readonly delivery: DeliveryPartsFragment;
  readonly isBusy: boolean;
  readonly onRedeliver: () => void;
}

/** One event for the webhook, with every try to deliver it. */
export function Delivery({ delivery, isBusy, onRedeliver }: DeliveryProps) {
  const { attempts } = delivery;
  return (
    <li
      data-delivery={delivery.id}
      className="rounded-xl border border-stone-200 bg-white p-4 dark:border-stone-800 dark:bg-stone-900"
    >
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 text-sm">
        <span className="font-mono font-semibold">{delivery.eventType}</span>
        <StatusBadge status={delivery.status} />
        <span className="text-stone-600 dark:text-stone-400">
          <When at={delivery.createdAt} /> · {attempts.length} {attempts.length === 1 ? 'try' : 'tries'}
          {delivery.nextAttemptAt && delivery.status === 'PENDING' && (
            <>
              {' '}
              · next <When at={delivery.nextAttemptAt} />
            </>
          )}
        </span>
        <Button look="secondary" className="ml-auto text-sm" isBusy={isBusy} onClick={onRedeliver}>
          Deliver again
        </Button>
      </div>
      <details className="mt-2 text-sm">
        <summary className="min-h-8 cursor-pointer py-1">Attempts and payload</summary>
        {attempts.length > 0 && (
          <ol className="mt-2 space-y-2">
            {attempts.map((attempt) => (
              <li key={attempt.number} className="border-l-2 border-stone-200 pl-3 dark:border-stone-700">
                {attempt.number}. <When at={attempt.sentAt} />:{' '}
                <strong>{attempt.statusCode ?? attempt.error}</strong>{' '}
                <span className="text-stone-600 dark:text-stone-400">in {attempt.durationMs} ms</span>
                {attempt.responseBody && (
                  <span className="block font-mono text-xs break-all">{attempt.responseBody}</span>
                )}
              </li>
            ))}
          </ol>
        )}
        <p className="mt-3 mb-1 text-xs text-stone-600 dark:text-stone-400">
          Event <span className="font-mono break-all">{delivery.eventId}</span>, sent as:
        </p>
        <Json text={delivery.payload} label={`Body of ${delivery.eventType}`} />
      </details>
    </li>
  );
}
