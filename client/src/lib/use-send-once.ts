import { useCallback, useRef } from 'react';
import { newIdempotencyKey } from './idempotency-key.js';

/** Sends an input with a key of its own and resolves to the answer; rejects if there is none. */
export type SendOnce = <Input extends object, Answer>(
  input: Input,
  send: (input: Input & { readonly idempotencyKey: string }) => Promise<Answer>,
) => Promise<Answer>;

/**
 * For what must not be done twice, though a person who saw no answer sends it again: until there is one, the same input
 * goes with the same key, whatever else is sent in between. To be called by what stays on the page until then.
 */
export function useSendOnce(): SendOnce {
  const unanswered = useRef(new Map<string, string>());
  return useCallback<SendOnce>(async (input, send) => {
    const sent = JSON.stringify(input);
    const idempotencyKey = unanswered.current.get(sent) ?? newIdempotencyKey();
    unanswered.current.set(sent, idempotencyKey);
    const answer = await send({ ...input, idempotencyKey });
    unanswered.current.delete(sent);
    return answer;
  }, []);
}
