const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const SHORT = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

/** A date and time in the reader's language: only the time if it is today, with seconds on hover. */
export function When({ at, className }: { readonly at: string; readonly className?: string }) {
  const date = new Date(at);
  return (
    <time dateTime={at} title={FULL.format(date)} className={className}>
      {(date.toDateString() === new Date().toDateString() ? TIME : SHORT).format(date)}
    </time>
  );
}
