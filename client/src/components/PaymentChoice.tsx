interface Means {
  readonly token: string;
  readonly label: string;
  readonly note: string;
}

/** The payment provider is simulated: the token decides the outcome. */
const MEANS: readonly Means[] = [
  { token: 'tok_ok', label: 'Card ending 4242', note: 'Is accepted' },
  { token: 'tok_declined', label: 'Card ending 0002', note: 'Is declined' },
  { token: 'tok_slow', label: 'Bank transfer', note: 'Takes about ten seconds' },
  { token: 'tok_flaky', label: 'Card ending 0341', note: 'The bank’s first answer is lost' },
];

/** How to pay; the chosen token is in the form's data as `paymentToken`. */
export function PaymentChoice({ chosen = 'tok_ok' }: { readonly chosen?: string }) {
  return (
    <fieldset>
      <legend className="sr-only">How to pay</legend>
      <div className="grid gap-2 sm:grid-cols-2">
        {MEANS.map(({ token, label, note }) => (
          <label
            key={token}
            className="flex cursor-pointer items-start gap-3 rounded-xl border border-stone-300 p-3 has-checked:border-leaf-700 has-checked:bg-leaf-50 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-leaf-600 dark:has-focus-visible:outline-green-400 dark:border-stone-700 dark:has-checked:border-leaf-600 dark:has-checked:bg-leaf-900/40"
          >
            <input
              type="radio"
              name="paymentToken"
              value={token}
              defaultChecked={token === chosen}
              className="mt-1 size-4 accent-leaf-700"
            />
            <span>
              <span className="block font-medium">{label}</span>
              <span className="block text-sm text-stone-600 dark:text-stone-400">{note}</span>
            </span>
          </label>
        ))}
      </div>
      <p className="mt-2 text-sm text-stone-600 dark:text-stone-400">
        Payments are simulated: you need no card, and no money moves.
      </p>
    </fieldset>
  );
}
