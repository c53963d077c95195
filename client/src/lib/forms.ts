import { useRef, useState, type FormEvent } from 'react';

/** What a mutation's `userErrors` hold. */
export interface UserErrorLike {
  readonly code?: string;
  readonly message: string;
  /** The path of the faulty field inside `input`. */
  readonly field?: readonly string[] | null | undefined;
}

/** A form's state. What was typed stays in the inputs, whatever the outcome. */
export interface FormState {
  /** The message for a field, by its path joined with dots, e.g. `shippingAddress.city`. */
  readonly errorOf: (path: string) => string | undefined;
  /** Refusals that belong to no field of the form. */
  readonly general: readonly string[];
  /** What kept the form from being answered at all. */
  readonly problem: unknown;
  readonly isBusy: boolean;
  readonly onSubmit: (event: FormEvent<HTMLFormElement>) => void;
}

/**
 * Sends a form once at a time, sorts what was refused by field, and puts the focus on the first faulty one.
 * @param paths the fields that show their own message
 * @param send resolves to the refusals; none means that it is done
 */
export function useForm(
  paths: readonly string[],
  send: (values: (name: string) => string, form: HTMLFormElement) => Promise<readonly UserErrorLike[]>,
): FormState {
  const isSending = useRef(false);
  const [isBusy, setBusy] = useState(false);
  const [refusals, setRefusals] = useState<readonly UserErrorLike[]>([]);
  const [problem, setProblem] = useState<unknown>(undefined);
  const pathOf = ({ field }: UserErrorLike) => field?.join('.') ?? '';

  const submit = async (form: HTMLFormElement) => {
    // State is set too late for a second click in the same frame.
    if (isSending.current) return;
    isSending.current = true;
    setBusy(true);
    setProblem(undefined);
    const data = new FormData(form);
    try {
      const refused = await send((name) => String(data.get(name) ?? ''), form);
      setRefusals(refused);
      if (refused.length > 0) focusFirstFault(form);
    } catch (error) {
      setRefusals([]);
      setProblem(error);
    } finally {
      isSending.current = false;
      setBusy(false);
    }
  };
  return {
    errorOf: (path) => refusals.find((refusal) => pathOf(refusal) === path)?.message,
    general: refusals.filter((refusal) => !paths.includes(pathOf(refusal))).map(({ message }) => message),
    problem,
    isBusy,
    onSubmit(event) {
      event.preventDefault();
      void submit(event.currentTarget);
    },
  };
}

/** Behind the rendering that marks the fields. */
function focusFirstFault(form: HTMLFormElement): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()),
  );
}
