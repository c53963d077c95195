const FORMATS = {
  date: new Intl.DateTimeFormat(undefined, { dateStyle: 'long' }),
  full: new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }),
  time: new Intl.DateTimeFormat(undefined, { timeStyle: 'short' }),
};

/** A date and time in the reader's language; `at` is ISO 8601. */
export function Moment({ at, as = 'full' }: { readonly at: string; readonly as?: keyof typeof FORMATS }) {
  return <time dateTime={at}>{FORMATS[as].format(new Date(at))}</time>;
}
