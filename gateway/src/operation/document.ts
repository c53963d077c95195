import {
  type ASTNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  type GraphQLFormattedError,
  Kind,
  Lexer,
  type OperationDefinitionNode,
  parse,
  type ParseOptions,
  Source,
  type SelectionNode,
  type SelectionSetNode,
  specifiedRules,
  TokenKind,
  validate,
  type ValidationRule,
  visit,
} from 'graphql';

/** Brackets within brackets that the parser, validation and the planner, which are recursive, surely have the stack for. */
const MAX_NESTING = 500;
/** Messages cite what the client wrote, which may be a megabyte. */
const MAX_MESSAGE = 1_000;

export type RefusalCode =
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'OPERATION_RESOLUTION_FAILURE'
  | 'OPERATION_LIMIT_EXCEEDED'
  | 'OPERATION_NOT_PLANNABLE'
  | 'OPERATION_TOO_COMPLEX';

/** What is wrong with an operation: plain data, which holds on to neither the document nor its text. */
export interface OperationFault {
  readonly message: string;
  readonly locations?: GraphQLFormattedError['locations'] | undefined;
}

/** Why an operation cannot run; the client's fault, and told to it in full. */
export class OperationRefused extends Error {
  override readonly name = 'OperationRefused';
  readonly errors: readonly OperationFault[];
  constructor(
    readonly code: RefusalCode,
    errors: readonly OperationFault[],
  ) {
    const plain = errors.map(({ message, locations }) => ({
      message: message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message,
      ...(locations && { locations }),
    }));
    super(plain.map(({ message }) => message).join('\n'));
    this.errors = plain;
  }
}

/** @throws OperationRefused */
export function parseDocument(text: string, maxTokens: number, options?: ParseOptions): DocumentNode {
  refuseDeepNesting(text, maxTokens);
  try {
    return parse(text, { ...options, maxTokens });
  } catch (error) {
    throw new OperationRefused('GRAPHQL_PARSE_FAILED', [error as GraphQLError]);
  }
}

/** A few thousand brackets within each other are few tokens, but too many for the stacks of what reads them. */
function refuseDeepNesting(text: string, maxTokens: number): void {
  if (countOpening(text) <= MAX_NESTING) return;
  const lexer = new Lexer(new Source(text));
  let depth = 0;
  try {
    // The parser refuses more tokens than that.
    for (let count = 0; count <= maxTokens; count++) {
      const { kind } = lexer.advance();
      if (kind === TokenKind.EOF) return;
      if (kind === TokenKind.BRACE_L || kind === TokenKind.BRACKET_L || kind === TokenKind.PAREN_L) depth++;
      else if (kind === TokenKind.BRACE_R || kind === TokenKind.BRACKET_R || kind === TokenKind.PAREN_R)
        depth--;
      if (depth > MAX_NESTING) break;
    }
  } catch {
    // The parser will say what is wrong with the text.
    return;
  }
  if (depth > MAX_NESTING)
    throw new OperationRefused('OPERATION_LIMIT_EXCEEDED', [
      { message: `The document nests brackets more than ${MAX_NESTING} levels deep.` },
    ]);
}

/** Those in strings too: a quick upper bound. */
function countOpening(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x28 || code === 0x5b || code === 0x7b) count++;
  }
  return count;
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
  rules: readonly ValidationRule[],
  suggestions: boolean,
): void {
  for (const operation of document.definitions)
    if (operation.kind === Kind.OPERATION_DEFINITION && operation.operation === 'subscription')
      refuseConditionalRoot(document, operation);
  const errors = validate(schema, document, [...specifiedRules, ...rules], { maxErrors: 50 });
  if (errors.length > 0)
    throw new OperationRefused(
      'GRAPHQL_VALIDATION_FAILED',
      suggestions ? errors : errors.map(withoutSuggestion),
    );
}

/**
 * Refuses @skip and @include on the root field of a subscription, as the specification does since September 2025.
 * graphql-js throws from its own validation where the condition is a variable, so this comes first.
 */
function refuseConditionalRoot(document: DocumentNode, node: OperationDefinitionNode): void {
  const visited = new Set<string>();
  const find = (set: SelectionSetNode): SelectionNode | undefined => {
    for (const selection of set.selections) {
      if (selection.directives?.some(({ name }) => name.value === 'skip' || name.value === 'include'))
        return selection;
      const found =
        selection.kind === Kind.INLINE_FRAGMENT
          ? find(selection.selectionSet)
          : selection.kind === Kind.FRAGMENT_SPREAD && findInFragment(selection.name.value);
      if (found) return found;
    }
    return undefined;
  };
  const findInFragment = (name: string): SelectionNode | undefined => {
    if (visited.has(name)) return undefined;
    visited.add(name);
    const fragment = document.definitions.find(
      (one): one is FragmentDefinitionNode =>
        one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === name,
    );
    return fragment && find(fragment.selectionSet);
  };
  const conditional = find(node.selectionSet);
  if (conditional) {
    throw new OperationRefused('GRAPHQL_VALIDATION_FAILED', [
      new GraphQLError('The root field of a subscription cannot have @skip or @include.', {
        nodes: conditional,
      }),
    ]);
  }
}

/** The variables that an operation uses, not those it only defines. */
export function variablesOf(node: ASTNode): Set<string> {
  const used = new Set<string>();
  visit(node, { VariableDefinition: () => false, Variable: ({ name }) => void used.add(name.value) });
  return used;
}

export function withoutUnusedVariables(document: DocumentNode): DocumentNode {
  const used = variablesOf(document);
  return visit(document, {
    VariableDefinition: (node) => (used.has(node.variable.name.value) ? undefined : null),
  });
}

/** "Did you mean …?" would tell names that introspection does not. */
function withoutSuggestion(error: GraphQLError): GraphQLError {
  const message = error.message.replace(/ Did you mean [^?]+\?/g, '');
  return new GraphQLError(message, { nodes: error.nodes ?? null });
}
