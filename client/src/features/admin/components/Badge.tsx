import type { ReactNode } from 'react';

type Tone = 'good' | 'wait' | 'bad' | 'plain' | 'info';

const TONES: Record<Tone, string> = {
  good: 'bg-green-100 text-green-900 dark:bg-green-950 dark:text-green-200',
  wait: 'bg-amber-100 text-amber-950 dark:bg-amber-950 dark:text-amber-200',
  bad: 'bg-red-100 text-red-900 dark:bg-red-950 dark:text-red-200',
  info: 'bg-sky-100 text-sky-950 dark:bg-sky-950 dark:text-sky-200',
  plain: 'bg-stone-200 text-stone-800 dark:bg-stone-800 dark:text-stone-200',
};

/** The tone of each status the API knows, so that the same word looks the same on all pages. */
const STATUS_TONES: Record<string, Tone> = {
  PENDING: 'wait',
  IN_DOUBT: 'wait',
  PROCESSING: 'info',
  SHIPPED: 'info',
  DELIVERED: 'good',
  SUCCEEDED: 'good',
  SENT: 'good',
  FAILED: 'bad',
  CANCELLED: 'plain',
  ABANDONED: 'plain',
  REFUNDED: 'plain',
};

export function Badge({ tone = 'plain', children }: { readonly tone?: Tone; readonly children: ReactNode }) {
  return (
    <span
      className={`inline-block rounded-full px-2.5 py-0.5 text-xs font-medium whitespace-nowrap ${TONES[tone]}`}
    >
      {children}
    </span>
  );
}

/** IN_DOUBT as "In doubt". */
export function words(value: string): string {
  const text = value.replaceAll('_', ' ').toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function StatusBadge({ status }: { readonly status: string }) {
  return <Badge tone={STATUS_TONES[status] ?? 'plain'}>{words(status)}</Badge>;
}
