import { Moment } from '../../components/Moment.js';
import type { OrderPartsFragment } from '../../graphql/OrderParts.generated.js';
import { listSteps, wordsOfStatus } from './steps.js';

const DOT = {
  done: 'border-leaf-700 bg-leaf-700 text-white',
  now: 'border-leaf-700 bg-white text-leaf-800 ring-4 ring-leaf-600/20 dark:bg-stone-900 dark:text-green-300',
  next: 'border-stone-300 bg-white text-stone-500 dark:border-stone-700 dark:bg-stone-900 dark:text-stone-400',
  stopped: 'border-red-700 bg-red-700 text-white',
};

/** The order's progress; updates as events arrive, and announces it to screen readers. */
export function Timeline({ order }: { readonly order: OrderPartsFragment }) {
  const steps = listSteps(order);
  const { title, text } = wordsOfStatus(order);
  return (
    <div data-order-status={order.status}>
      <div role="status" aria-live="polite">
        <p className="font-display text-2xl">{title}</p>
        <p className="mt-1 text-stone-600 dark:text-stone-400">{text}</p>
      </div>
      <ol aria-label="Your order’s progress" className="mt-6 grid gap-0 sm:auto-cols-fr sm:grid-flow-col">
        {steps.map(({ status, label, at, state }, index) => (
          <li
            key={status}
            aria-current={state === 'now' ? 'step' : undefined}
            className="relative flex gap-4 pb-6 last:pb-0 sm:flex-col sm:gap-3 sm:pb-0"
          >
            {index < steps.length - 1 && (
              <span
                aria-hidden
                className={`absolute top-9 bottom-0 left-4.25 w-0.5 transition-colors duration-700 sm:top-4.25 sm:right-0 sm:bottom-auto sm:left-9 sm:h-0.5 sm:w-auto ${state === 'done' ? 'bg-leaf-700' : 'bg-stone-300 dark:bg-stone-700'}`}
              />
            )}
            <span
              aria-hidden
              className={`z-1 grid size-9 shrink-0 place-items-center rounded-full border-2 text-sm font-semibold transition-colors duration-700 ${DOT[state]}`}
            >
              {state === 'done' ? '✓' : state === 'stopped' ? '✕' : index + 1}
            </span>
            <span className="pt-1 sm:pt-0">
              <span
                className={`block ${state === 'next' ? 'text-stone-600 dark:text-stone-400' : 'font-medium'}`}
              >
                {label}
              </span>
              <span className="block min-h-5 text-sm text-stone-600 dark:text-stone-400">
                {at ? <Moment at={at} /> : ''}
              </span>
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
