import { useCallback, useRef } from 'react';
import { newIdempotencyKey } from './idempotency-key.js';

/** Sends an input with a key of its own and resolves to the answer; rejects if there is none. */
export type SendOnce = <Input extends object, Answer>(
  input: Input,
  send: (input: Input & { readonly idempotencyKey: string }) => Promise<Answer>,
) => Promise<Answer>;

/**
 * For what must not be done twice, though a person who saw no answer sends it again: until there is one, the same input
 * goes with the same key. To be called by what stays on the page until then.
 */
export function useSendOnce(): SendOnce {
  const unanswered = useRef<{ sent: string; idempotencyKey: string }>(undefined);
  return useCallback<SendOnce>(async (input, send) => {
    const sent = JSON.stringify(input);
    if (unanswered.current?.sent !== sent) unanswered.current = { sent, idempotencyKey: newIdempotencyKey() };
    const answer = await send({ ...input, idempotencyKey: unanswered.current.idempotencyKey });
    unanswered.current = undefined;
    return answer;
  }, []);
}
