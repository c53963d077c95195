import { useEffect, useRef, useState, type FormEvent } from 'react';

/** An entry of a mutation's `userErrors`. */
export interface UserErrorLike {
  readonly code?: string;
  readonly message: string;
  /** The path of the faulty field inside `input`. */
  readonly field?: readonly string[] | null | undefined;
}

/** A form's state. The input stays in the fields whatever the outcome. */
export interface FormState {
  /** The message for a field, by its path joined with dots, e.g. `shippingAddress.city`. */
  readonly errorOf: (path: string) => string | undefined;
  /** Refusals that belong to no field of the form. */
  readonly general: readonly string[];
  /** Why there was no response. */
  readonly problem: unknown;
  readonly isBusy: boolean;
  readonly onSubmit: (event: FormEvent<HTMLFormElement>) => void;
}

/**
 * Submits a form once at a time, sorts refusals by field, and focuses the first invalid field, which may be outside the form
 * and name it in its `form` attribute.
 * @param paths the fields that show their own message
 * @param send resolves to the refusals; an empty list means success
 */
export function useForm(
  paths: readonly string[],
  send: (values: (name: string) => string, form: HTMLFormElement) => Promise<readonly UserErrorLike[]>,
): FormState {
  const isSending = useRef(false);
  const [isBusy, setBusy] = useState(false);
  const [refusals, setRefusals] = useState<readonly UserErrorLike[]>([]);
  const [problem, setProblem] = useState<unknown>(undefined);
  /** The form whose refusals have just come. */
  const refused = useRef<HTMLFormElement>(null);
  // After the rendering that marks the fields, however long that takes.
  useEffect(() => {
    const controls = [...(refused.current?.elements ?? [])] as HTMLElement[];
    refused.current = null;
    controls.find((control) => control.getAttribute('aria-invalid') === 'true')?.focus();
  }, [refusals]);
  const pathOf = ({ field }: UserErrorLike) => field?.join('.') ?? '';

  const submit = async (form: HTMLFormElement) => {
    // State is set too late for a second click in the same frame.
    if (isSending.current) return;
    isSending.current = true;
    setBusy(true);
    setProblem(undefined);
    const data = new FormData(form);
    try {
      const answered = await send((name) => String(data.get(name) ?? ''), form);
      refused.current = form;
      setRefusals(answered);
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
