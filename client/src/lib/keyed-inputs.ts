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
 * Gives every such mutation an idempotency key: browsers and proxies may send a POST again after a lost connection.
 * Stands before all links that send an operation again, which therefore keep its key. Where a person may repeat an
 * action that got no answer, the component passes a key of its own (`useSendOnce`), which stays.
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
