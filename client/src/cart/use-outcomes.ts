import { useState } from 'react';
import type { Outcome } from './use-cart.js';

/** Why the last change of a line failed: the shop refused it, or there was no response. */
export interface Failure {
  readonly refusal: string | null;
  readonly problem: unknown;
}

/** Remembers the outcome of each line's last change; a successful change clears it. */
export function useOutcomes() {
  const [failures, setFailures] = useState<Readonly<Record<string, Failure>>>({});
  const follow = async (productId: string, work: Promise<Outcome>): Promise<void> => {
    const failure = await work.then(
      ({ refusal }) => (refusal === null ? undefined : { refusal, problem: undefined }),
      (problem: unknown) => ({ refusal: null, problem }),
    );
    setFailures(({ [productId]: _old, ...rest }) => (failure ? { ...rest, [productId]: failure } : rest));
  };
  return { failures, follow };
}
