import { ApolloLink } from '@apollo/client';
import { getMainDefinition } from '@apollo/client/utilities';
import type { TypeNode } from 'graphql';
import { newIdempotencyKey } from './idempotency-key.js';

/** The inputs of mutations that would accumulate if a request were repeated; `keyed-inputs.test.ts` compares it with the schema. */
export const KEYED_INPUTS: ReadonlySet<string> = new Set([
  'AddToCartInput',
  'AdjustStockInput',
  'CheckoutInput',
  'RefundPaymentInput',
  'RegisterInput',
]);

/**
 * Gives every such mutation an idempotency key, because browsers and proxies may repeat a POST after a lost connection. It comes
 * before all links that repeat an operation, which therefore keep its key. If a user can repeat an action without a response,
 * the component passes its own key (`useSendOnce`), which is kept.
 */
export const keyInputs = new ApolloLink((operation, forward) => {
  const definition = getMainDefinition(operation.query);
  if (definition.kind === 'OperationDefinition' && definition.operation === 'mutation') {
    for (const { variable, type } of definition.variableDefinitions ?? []) {
      const name = variable.name.value;
      const input = operation.variables[name] as { idempotencyKey?: string | null } | undefined;
      if (input && KEYED_INPUTS.has(nameOf(type)))
        operation.variables[name] = { ...input, idempotencyKey: input.idempotencyKey ?? newIdempotencyKey() };
    }
  }
  return forward(operation);
});

const nameOf = (type: TypeNode): string => (type.kind === 'NamedType' ? type.name.value : nameOf(type.type));
