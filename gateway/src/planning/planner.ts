import { operationFromDocument, type Schema, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
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
import { LRUCache } from 'lru-cache';
import { type CostTable, readCosts } from '../plugins/use-cost.js';
import { checkLimits, type OperationLimits } from '../plugins/use-limits.js';
import { Operation } from './operation.js';
import { compilePlan } from './plan.js';
import {
  planningDocuments,
  readRequirements,
  type Requirements,
  resolvableKeysFirst,
} from './requirements.js';

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

export interface PlannerOptions {
  /** Operations kept parsed, validated and planned. */
  readonly cacheSize: number;
  readonly maxTokens: number;
  readonly rules: readonly ValidationRule[];
  readonly limits: OperationLimits;
  /** What a list counts in estimates where nothing tells its length. */
  readonly assumedListSize: number;
  /** Whether validation errors may suggest names that exist. */
  readonly suggestions: boolean;
  /** Told about every lookup and every plan made, for metrics. */
  readonly observe?: { lookup(isHit: boolean): void; planned(seconds: number): void };
}

/** One version of the supergraph: its schemas, its planner, and the operations prepared for it. */
export class Planner {
  readonly apiSchema: GraphQLSchema;
  readonly supergraphSchema: GraphQLSchema;
  readonly subgraphs: readonly { readonly name: string; readonly url: string }[];
  readonly #api: Schema;
  readonly #supergraph: Supergraph;
  readonly #requirements: Requirements;
  readonly #costs: CostTable;
  readonly #planner: QueryPlanner;
  readonly #operations: LRUCache<string, Operation>;
  /** Refusals are cached too, apart, so that a flood of bad queries cannot push out good ones. */
  readonly #refused: LRUCache<string, OperationRefused>;

  /** @throws with the reason when `sdl` is no supergraph the gateway can serve */
  constructor(
    readonly sdl: string,
    private readonly options: PlannerOptions,
  ) {
    const document = parse(sdl, { noLocation: true });
    this.#requirements = readRequirements(document);
    this.#costs = readCosts(document);
    const supergraph = Supergraph.build(resolvableKeysFirst(document), { validateSupergraph: true });
    this.#supergraph = supergraph;
    this.subgraphs = supergraph.subgraphsMetadata();
    this.#api = supergraph.apiSchema();
    this.apiSchema = this.#api.toGraphQLJSSchema();
    this.supergraphSchema = supergraph.schema.toGraphQLJSSchema();
    this.#planner = new QueryPlanner(supergraph, { reuseQueryFragments: false });
    this.#operations = new LRUCache({ max: options.cacheSize });
    this.#refused = new LRUCache({ max: Math.min(options.cacheSize, 500) });
  }

  /**
   * Parses, validates and plans; or finds all that in the cache.
   * @throws OperationRefused
   */
  prepare(text: string, operationName?: string | null): Operation {
    const key = cacheKey(text, operationName);
    const known = this.#operations.get(key);
    this.options.observe?.lookup(known !== undefined);
    if (known) return known;
    const refused = this.#refused.get(key);
    if (refused) throw refused;
    try {
      const operation = this.#prepare(text, operationName);
      this.#operations.set(key, operation);
      return operation;
    } catch (error) {
      if (error instanceof OperationRefused && text.length < 10_000) this.#refused.set(key, error);
      throw error;
    }
  }

  isPlanned(text: string, operationName?: string | null): boolean {
    return this.#operations.has(cacheKey(text, operationName));
  }

  /** Prepares the most recently used operations of the version before, so that a reload does not stall traffic. */
  warmFrom(previous: Planner, limit: number): void {
    let count = 0;
    for (const operation of previous.#operations.values()) {
      if (count++ >= limit) break;
      try {
        this.prepare(operation.text, operation.name);
      } catch {
        // No longer valid: whoever sends it next will hear why.
      }
    }
  }

  get cached(): number {
    return this.#operations.size;
  }

  #prepare(text: string, operationName: string | null | undefined): Operation {
    const document = parseDocument(text, this.options.maxTokens);
    const node = findOperation(document, operationName);
    // Before validation, some of whose rules take time in the square of what they look at.
    const exceeded = checkLimits(document, node, this.options.limits);
    if (exceeded.length > 0) throw new OperationRefused('OPERATION_LIMIT_EXCEEDED', exceeded);
    const errors = validate(this.apiSchema, document, [...specifiedRules, ...this.options.rules], {
      maxErrors: 50,
    });
    if (errors.length > 0)
      throw new OperationRefused(
        'GRAPHQL_VALIDATION_FAILED',
        this.options.suggestions ? errors : errors.map(withoutSuggestion),
      );
    if (node.operation === 'subscription') refuseConditionalRoot(node);
    const startedAt = performance.now();
    try {
      const documents = planningDocuments(onlyOperation(document, node), this.apiSchema, this.#requirements);
      if (documents.length > 1 && node.operation !== 'query') {
        throw new GraphQLError(
          `This ${node.operation} asks for fields whose @requires contradict each other; ask for them in operations of their own.`,
        );
      }
      const plans = documents.map((one) =>
        this.#planner.buildQueryPlan(operationFromDocument(this.#api, one, { validate: false })),
      );
      const [plan, ...more] = plans.map((one) =>
        compilePlan(one, this.supergraphSchema, this.#supergraph.subgraphs()),
      );
      return new Operation(
        text,
        document,
        node,
        this.apiSchema,
        plans,
        plan!,
        more.map(({ graph }) => graph),
        this.#requirements.names,
        { table: this.#costs, listSize: this.options.assumedListSize },
      );
    } catch (error) {
      if (error instanceof GraphQLError) throw new OperationRefused('GRAPHQL_VALIDATION_FAILED', [error]);
      const reason = error instanceof Error ? error.message : String(error);
      throw new OperationRefused('OPERATION_NOT_PLANNABLE', [
        new GraphQLError(`The operation could not be planned: ${reason}`),
      ]);
    } finally {
      this.options.observe?.planned((performance.now() - startedAt) / 1000);
    }
  }
}

function cacheKey(text: string, operationName: string | null | undefined): string {
  return operationName == null ? text : `${operationName}\u0000${text}`;
}

function parseDocument(text: string, maxTokens: number): DocumentNode {
  try {
    return parse(text, { maxTokens });
  } catch (error) {
    throw new OperationRefused('GRAPHQL_PARSE_FAILED', [error as GraphQLError]);
  }
}

function findOperation(document: DocumentNode, name: string | null | undefined): OperationDefinitionNode {
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
function onlyOperation(document: DocumentNode, node: OperationDefinitionNode): DocumentNode {
  return {
    ...document,
    definitions: document.definitions.filter(
      (definition) => definition.kind !== Kind.OPERATION_DEFINITION || definition === node,
    ),
  };
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
