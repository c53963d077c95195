import { operationFromDocument, type Schema, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner, type QueryPlan } from '@apollo/query-planner';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
} from 'graphql';
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
import { hoistLiterals } from './literals.js';
import { PossibleFetches } from './possible-fetches.js';
import {
  planningDocuments,
  readRequirements,
  type Requirements,
  resolvableKeysFirst,
} from './requirements.js';

/** What decides whether an operation is accepted. Plain data: it is passed to threads. */
export interface PlanRules {
  readonly maxTokens: number;
  readonly limits: OperationLimits;
  readonly introspection: boolean;
  /** Whether validation errors may suggest names that exist. */
  readonly suggestions: boolean;
}

/** A supergraph's text, read. */
export interface ReadSupergraph {
  readonly document: DocumentNode;
  /** As the planner gets it. */
  readonly ordered: DocumentNode;
  readonly supergraph: Supergraph;
  readonly requirements: Requirements;
}

/** @throws with the reason when `sdl` is no supergraph the gateway can serve */
export function readSupergraph(sdl: string): ReadSupergraph {
  const document = parse(sdl, { noLocation: true });
  const ordered = withoutLinksOfExecutableDirectives(resolvableKeysFirst(document));
  return {
    document,
    ordered,
    supergraph: Supergraph.build(ordered, { validateSupergraph: true }),
    requirements: readRequirements(document),
  };
}

/** Turns the texts of operations into plans, one at a time, in the thread it is in. Keeps nothing. */
export class PlanMaker {
  readonly #api: Schema;
  readonly #apiSchema: GraphQLSchema;
  readonly #requirements: Requirements;
  readonly #directiveDefaults: DirectiveDefaults;
  readonly #planner: QueryPlanner;
  /** Undefined where plans ask nothing that a subgraph does not know. */
  readonly #possible: PossibleFetches | undefined;

  constructor(
    { ordered, supergraph, requirements }: ReadSupergraph,
    private readonly rules: PlanRules,
  ) {
    this.#requirements = requirements;
    this.#api = supergraph.apiSchema();
    this.#apiSchema = this.#api.toGraphQLJSSchema();
    this.#directiveDefaults = new DirectiveDefaults(this.#apiSchema);
    const extended = addAbsentMembers(ordered);
    this.#possible = extended && new PossibleFetches(supergraph.subgraphs());
    this.#planner = new QueryPlanner(extended ? Supergraph.build(extended) : supergraph, {
      reuseQueryFragments: false,
    });
  }

  /**
   * Parses, limits, validates and plans.
   * @returns the plans, which are plain data; more than one only where requirements contradict each other
   * @throws OperationRefused
   */
  make(text: string, operationName: string | null | undefined): QueryPlan[] {
    const { rules } = this;
    const document = parseDocument(text, rules.maxTokens);
    const node = findOperation(document, operationName);
    // Before validation, some of whose rules take time in the square of what they look at.
    const exceeded = checkLimits(document, node, rules.limits);
    if (exceeded.length > 0) throw new OperationRefused('OPERATION_LIMIT_EXCEEDED', exceeded);
    const more = rules.introspection ? [] : [NoSchemaIntrospectionCustomRule];
    validateDocument(this.#apiSchema, document, node, more, rules.suggestions);
    try {
      const planned = this.#directiveDefaults.writeOut(onlyOperation(document, node));
      const documents = planningDocuments(planned, this.#apiSchema, this.#requirements);
      if (documents.length > 1 && node.operation !== 'query') {
        throw new GraphQLError(
          `This ${node.operation} asks for fields whose @requires contradict each other; ask for them in operations of their own.`,
        );
      }
      return documents.map((one) => this.#plan(one));
    } catch (error) {
      if (error instanceof GraphQLError) throw new OperationRefused('GRAPHQL_VALIDATION_FAILED', [error]);
      const reason = error instanceof Error ? error.message : String(error);
      throw new OperationRefused('OPERATION_NOT_PLANNABLE', [
        new GraphQLError(`The operation could not be planned: ${reason}`),
      ]);
    }
  }

  #plan(document: DocumentNode): QueryPlan {
    const hoisted = hoistLiterals(document, this.#apiSchema);
    const made = this.#planner.buildQueryPlan(
      operationFromDocument(this.#api, hoisted.document, { validate: false }),
    );
    const restored = hoisted.restore(made);
    return this.#possible ? this.#possible.only(restored) : restored;
  }
}
