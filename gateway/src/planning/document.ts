import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  validate,
  type ValidationRule,
} from 'graphql';

/** Why an operation cannot run; the client's fault, and told to it in full. */
export class OperationRefused extends Error {
  override readonly name = 'OperationRefused';
  constructor(
    readonly code:
      | 'GRAPHQL_PARSE_FAILED'
      | 'GRAPHQL_VALIDATION_FAILED'
      | 'OPERATION_RESOLUTION_FAILURE'
      | 'OPERATION_LIMIT_EXCEEDED'
      | 'OPERATION_NOT_PLANNABLE',
    readonly errors: readonly GraphQLError[],
  ) {
    super(errors.map(({ message }) => message).join('\n'));
  }
}

/** @throws OperationRefused */
export function parseDocument(text: string, maxTokens: number): DocumentNode {
  try {
    return parse(text, { maxTokens });
  } catch (error) {
    throw new OperationRefused('GRAPHQL_PARSE_FAILED', [error as GraphQLError]);
  }
}

/**
 * The operation of a document that is to run.
 * @throws OperationRefused
 */
export function findOperation(
  document: DocumentNode,
  name: string | null | undefined,
): OperationDefinitionNode {
  const operations = document.definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const refuse = (message: string) =>
    new OperationRefused('OPERATION_RESOLUTION_FAILURE', [new GraphQLError(message)]);
  if (name == null || name === '') {
    if (operations.length === 0) throw refuse('The document holds no operation.');
    if (operations.length > 1)
      throw refuse(
        `The document holds ${operations.length} operations; "operationName" must say which one to run.`,
      );
    return operations[0]!;
  }
  const found = operations.find((operation) => operation.name?.value === name);
  if (!found) throw refuse(`The document holds no operation named "${name}".`);
  return found;
}

/** A document may hold other operations with other variables; the planner wants the one alone. */
export function onlyOperation(document: DocumentNode, node: OperationDefinitionNode): DocumentNode {
  return {
    ...document,
    definitions: document.definitions.filter(
      (definition) => definition.kind !== Kind.OPERATION_DEFINITION || definition === node,
    ),
  };
}

/** @throws OperationRefused */
export function validateDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
  node: OperationDefinitionNode,
  rules: readonly ValidationRule[],
  suggestions: boolean,
): void {
  const errors = validate(schema, document, [...specifiedRules, ...rules], { maxErrors: 50 });
  if (errors.length > 0)
    throw new OperationRefused(
      'GRAPHQL_VALIDATION_FAILED',
      suggestions ? errors : errors.map(withoutSuggestion),
    );
  if (node.operation === 'subscription') refuseConditionalRoot(node);
}

/** The planner throws on these; and the GraphQL specification forbids them since September 2025. */
function refuseConditionalRoot(node: OperationDefinitionNode): void {
  const conditional = node.selectionSet.selections.find((selection) =>
    selection.directives?.some(({ name }) => name.value === 'skip' || name.value === 'include'),
  );
  if (conditional) {
    throw new OperationRefused('GRAPHQL_VALIDATION_FAILED', [
      new GraphQLError('The root field of a subscription cannot have @skip or @include.', {
        nodes: conditional,
      }),
    ]);
  }
}

/** "Did you mean …?" would tell names that introspection does not. */
function withoutSuggestion(error: GraphQLError): GraphQLError {
  const message = error.message.replace(/ Did you mean [^?]+\?/g, '');
  return new GraphQLError(message, { nodes: error.nodes ?? null });
}
