import type { FormState } from '../lib/forms.js';
import { ProblemNotice } from './ProblemNotice.js';
import { Refusal } from './Refusal.js';

/** Refusals that belong to no field of the form, or why there was no response. */
export function FormNotices({ form }: { readonly form: FormState }) {
  return (
    <>
      {form.general.length > 0 && (
        <Refusal>
          {form.general.map((message) => (
            <p key={message}>{message}</p>
          ))}
        </Refusal>
      )}
      {form.problem !== undefined && <ProblemNotice error={form.problem} isAction />}
    </>
  );
}
