import { useCallback, useState } from 'react';
import type { UserErrorLike } from '../../../lib/forms.js';

export type ActionProblem =
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'error'; readonly error: unknown };

/** Runs a button's action, and keeps why the last one was refused or failed. */
export function useAction() {
  const [problem, setProblem] = useState<ActionProblem>();
  const [busy, setBusy] = useState<string>();
  /**
   * @param key identifies the busy button
   * @param send resolves to the refusals; none means that it is done
   * @returns whether it was done
   */
  const run = useCallback(
    async (key: string, send: () => Promise<readonly UserErrorLike[] | undefined>): Promise<boolean> => {
      setBusy(key);
      setProblem(undefined);
      try {
        const refusals = await send();
        if (!refusals?.length) return true;
        setProblem({ kind: 'refused', message: refusals.map(({ message }) => message).join(' ') });
      } catch (error) {
        setProblem({ kind: 'error', error });
      } finally {
        setBusy(undefined);
      }
      return false;
    },
    [],
  );
  return { run, busy, problem, dismiss: () => setProblem(undefined) };
}
