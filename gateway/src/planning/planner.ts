import { operationFromDocument, type Schema, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { GraphQLError, type GraphQLSchema, parse, type ValidationRule } from 'graphql';
import { LRUCache } from 'lru-cache';
import { Hidden } from '../execution/hidden.js';
import { type CostTable, readCosts } from '../plugins/use-cost.js';
import { checkLimits, type OperationLimits } from '../plugins/use-limits.js';
import { addAbsentMembers } from './absent-members.js';
import {
  findOperation,
  onlyOperation,
  OperationRefused,
  parseDocument,
  validateDocument,
} from './document.js';
import { DirectiveDefaults, withoutLinksOfExecutableDirectives } from './executable-directives.js';
import { Operation, unresolvableMessage } from './operation.js';
import { compilePlan } from './plan.js';
import { PossibleFetches } from './possible-fetches.js';
import {
  planningDocuments,
  readRequirements,
  type Requirements,
  resolvableKeysFirst,
} from './requirements.js';

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
  readonly #hidden: Hidden;
  readonly #directiveDefaults: DirectiveDefaults;
  readonly #planner: QueryPlanner;
  /** Undefined where plans ask nothing that a subgraph does not know. */
  readonly #possible: PossibleFetches | undefined;
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
    const ordered = withoutLinksOfExecutableDirectives(resolvableKeysFirst(document));
    const supergraph = Supergraph.build(ordered, { validateSupergraph: true });
    this.#supergraph = supergraph;
    this.subgraphs = supergraph.subgraphsMetadata();
    this.#api = supergraph.apiSchema();
    this.apiSchema = this.#api.toGraphQLJSSchema();
    this.supergraphSchema = supergraph.schema.toGraphQLJSSchema();
    this.#hidden = new Hidden(this.apiSchema, this.supergraphSchema);
    this.#directiveDefaults = new DirectiveDefaults(this.apiSchema);
    const extended = addAbsentMembers(ordered);
    this.#possible = extended && new PossibleFetches(supergraph.subgraphs());
    this.#planner = new QueryPlanner(extended ? Supergraph.build(extended) : supergraph, {
      reuseQueryFragments: false,
    });
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
    if (known) {
      known.uses++;
      return known;
    }
    return this.#plan(key, text, operationName);
  }

  #plan(key: string, text: string, operationName: string | null | undefined): Operation {
    const refused = this.#refused.get(key);
    if (refused) throw refused;
    try {
      const operation = this.#prepare(text, operationName);
      if (operation.isUnresolvable)
        throw new OperationRefused(
          'OPERATION_NOT_PLANNABLE',
          operation.unresolvable.map((key) => new GraphQLError(unresolvableMessage(key))),
        );
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

  /** Prepares the most used operations of the version before, so that a reload does not stall traffic. */
  warmFrom(previous: Planner, limit: number): void {
    const mostUsed = [...previous.#operations].sort(([, a], [, b]) => b.uses - a.uses).slice(0, limit);
    for (const [key, { text, name, uses }] of mostUsed) {
      try {
        // Half of it, so that in the end what is used now counts for more than what was.
        this.#plan(key, text, key === text ? undefined : name).uses = Math.floor(uses / 2);
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
    validateDocument(this.apiSchema, document, node, this.options.rules, this.options.suggestions);
    const startedAt = performance.now();
    try {
      const planned = this.#directiveDefaults.writeOut(onlyOperation(document, node));
      const documents = planningDocuments(planned, this.apiSchema, this.#requirements);
      if (documents.length > 1 && node.operation !== 'query') {
        throw new GraphQLError(
          `This ${node.operation} asks for fields whose @requires contradict each other; ask for them in operations of their own.`,
        );
      }
      const plans = documents.map((one) => {
        const made = this.#planner.buildQueryPlan(operationFromDocument(this.#api, one, { validate: false }));
        return this.#possible ? this.#possible.only(made) : made;
      });
      const [plan, ...more] = plans.map((one) =>
        compilePlan(one, this.supergraphSchema, this.#supergraph.subgraphs()),
      );
      return new Operation(
        text,
        document,
        node,
        this.apiSchema,
        this.#hidden,
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
