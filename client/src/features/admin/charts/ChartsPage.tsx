import { lazy, Suspense } from 'react';
import { ProblemNotice } from '../../../components/ProblemNotice.js';
import { Skeleton } from '../../../components/Skeleton.js';
import { formatPrice } from '../../../components/Price.js';
import { PageHeader } from '../components/PageHeader.js';
import { ChartPanel } from './ChartPanel.js';
import { useLatency } from './latency.js';
import { lastHour } from './series.js';
import { useRecentOrders } from './use-recent-orders.js';

// The chart library is larger than all other admin pages in total.
const SpanBars = lazy(async () => ({ default: (await import('./Charts.js')).SpanBars }));
const LatencyLines = lazy(async () => ({ default: (await import('./Charts.js')).LatencyLines }));

/** The shop's last hour, drawn. */
export function ChartsPage() {
  const { recent, error } = useRecentOrders();
  const latency = useLatency();
  const spans = recent && lastHour(recent.orders, recent.readAt);
  const currency = recent?.orders[0]?.total.currency ?? 'EUR';
  const sum = (of: (span: NonNullable<typeof spans>[number]) => number) =>
    spans?.reduce((all, span) => all + of(span), 0) ?? 0;
  const money = (amount: number) => formatPrice({ amount: String(amount), currency });
  const last = latency.points.at(-1);
  const waiting = <Skeleton className="h-56" />;

  return (
    <>
      <PageHeader title="The last hour" note="In intervals of five minutes, updated every 15 seconds." />
      {error !== undefined && (
        <div className="mb-4">
          <ProblemNotice error={error} />
        </div>
      )}
      {recent && recent.orders.length < recent.totalCount && (
        <p role="status" className="mb-4 text-sm">
          There were so many orders that only the newest {recent.orders.length} of {recent.totalCount} are
          drawn.
        </p>
      )}
      <div className="grid gap-6 lg:grid-cols-2">
        <ChartPanel
          title="Orders"
          figure={spans && String(sum(({ orders }) => orders))}
          source="All orders placed in the last hour, by when they were placed; those cancelled since in grey."
        >
          <Suspense fallback={waiting}>
            {spans ? (
              <SpanBars
                spans={spans}
                bars={[
                  { name: 'Kept', value: ({ orders, cancelled }) => orders - cancelled, colour: 'leaf' },
                  { name: 'Cancelled', value: ({ cancelled }) => cancelled, colour: 'stone' },
                ]}
              />
            ) : (
              waiting
            )}
          </Suspense>
        </ChartPanel>
        <ChartPanel
          title="Revenue"
          figure={spans && money(sum(({ revenue }) => revenue))}
          source="The totals of these orders, of those alone that are paid now and not refunded in full, by when they were placed."
        >
          <Suspense fallback={waiting}>
            {spans ? (
              <SpanBars
                spans={spans}
                format={money}
                bars={[{ name: 'Revenue', value: ({ revenue }) => revenue, colour: 'leaf' }]}
              />
            ) : (
              waiting
            )}
          </Suspense>
        </ChartPanel>
        <ChartPanel
          title="Payments failed"
          figure={spans && String(sum(({ paymentsFailed }) => paymentsFailed))}
          source="Attempts to charge for these orders by their start time: declined ones in red, beside those that succeeded. Attempts for older orders are not included."
        >
          <Suspense fallback={waiting}>
            {spans ? (
              <SpanBars
                spans={spans}
                bars={[
                  { name: 'Failed', value: ({ paymentsFailed }) => paymentsFailed, colour: 'red' },
                  { name: 'Succeeded', value: ({ paymentsSucceeded }) => paymentsSucceeded, colour: 'stone' },
                ]}
              />
            ) : (
              waiting
            )}
          </Suspense>
        </ChartPanel>
        <ChartPanel
          title="Latency"
          figure={last && `${last.p95.toFixed(0)} ms`}
          figureNote="p95 now"
          source={
            latency.source === 'gateway'
              ? 'Queries and mutations of everybody, from the histogram at the gateway’s /metrics, as the difference of two readings 15 s apart: of the gateway process that answered, and only since you opened these pages.'
              : 'The gateway’s /metrics cannot be reached from here, so this is how long this browser’s own operations took, network included, since you opened these pages.'
          }
        >
          <Suspense fallback={waiting}>
            {latency.points.length > 0 ? (
              <LatencyLines points={latency.points} />
            ) : (
              <p className="grid h-56 place-items-center text-sm text-stone-600 dark:text-stone-400">
                The first reading comes within 15 seconds.
              </p>
            )}
          </Suspense>
        </ChartPanel>
      </div>
    </>
  );
}
