import { useCallback, useRef } from 'react';
import { newIdempotencyKey } from './idempotency-key.js';

/** Sends an input with its own key and resolves to the response; rejects if there is none. */
export type SendOnce = <Input extends object, Answer>(
  input: Input,
  send: (input: Input & { readonly idempotencyKey: string }) => Promise<Answer>,
) => Promise<Answer>;

/**
 * For actions that must not happen twice, even if a user who saw no response sends them again: until there is a response, the same
 * input is sent with the same key, whatever else is sent in between. Call it in a component that stays mounted until then.
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
