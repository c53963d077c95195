import type { FormState } from '../lib/forms.js';
import { ProblemNotice } from './ProblemNotice.js';

/** What a form was refused for beyond its fields, or why nobody answered. */
export function FormNotices({ form }: { readonly form: FormState }) {
  return (
    <>
      {form.general.length > 0 && (
        <div
          role="alert"
          className="rounded-lg border border-red-300 bg-red-50 p-3 text-sm text-red-900 dark:border-red-800 dark:bg-red-950 dark:text-red-100"
        >
          {form.general.map((message) => (
            <p key={message}>{message}</p>
          ))}
        </div>
      )}
      {form.problem !== undefined && <ProblemNotice error={form.problem} />}
    </>
  );
}
