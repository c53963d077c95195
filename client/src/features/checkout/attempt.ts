import type { CheckoutInput } from '../../generated/schema.js';

/** One purchase, from the first click until its order is known. */
export interface Attempt {
  readonly userId: string;
  /** With the idempotency key, which stays the same until there is an order. */
  readonly input: CheckoutInput;
  /** Sent, and not answered yet: there may be an order already. */
  readonly isOpen: boolean;
}

const ATTEMPT = 'cartograph.checkout';
const DRAFT = 'cartograph.checkout-draft';

function read<T>(key: string): T | null {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null') as T | null;
  } catch {
    return null;
  }
}

/** Kept for this tab over reloads, so that sending again can never buy twice. */
export const attemptStore = {
  get(userId: string): Attempt | null {
    const attempt = read<Attempt>(ATTEMPT);
    return attempt?.userId === userId ? attempt : null;
  },
  set: (attempt: Attempt): void => sessionStorage.setItem(ATTEMPT, JSON.stringify(attempt)),
  clear(): void {
    sessionStorage.removeItem(ATTEMPT);
    sessionStorage.removeItem(DRAFT);
  },
};

export type Draft = Readonly<Record<string, string>>;

/** What was typed so far. */
export const draftStore = {
  get: (): Draft => read<Draft>(DRAFT) ?? {},
  set: (draft: Draft): void => sessionStorage.setItem(DRAFT, JSON.stringify(draft)),
};
