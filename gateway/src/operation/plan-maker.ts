import { operationFromDocument, type Schema, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
} from 'graphql';
import { checkLimits, type OperationLimits } from './limits.js';
import { addAbsentMembers } from './absent-members.js';
import { apiSchemaOf } from './api-schema.js';
import {
  findOperation,
  onlyOperation,
  OperationRefused,
  parseDocument,
  validateDocument,
} from './document.js';
import { DirectiveDefaults, withoutLinksOfExecutableDirectives } from './executable-directives.js';
import { LabelledOverrides } from './labelled-overrides.js';
import { PossibleFetches } from './possible-fetches.js';
import { type Plans, planOperation } from './planned.js';
import { readRequirements, type Requirements, resolvableKeysFirst } from './requirements.js';

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
  readonly #overrides: LabelledOverrides;
  readonly #directiveDefaults: DirectiveDefaults;
  readonly #planner: QueryPlanner;
  /** Undefined where plans ask nothing that a subgraph does not know. */
  readonly #possible: PossibleFetches | undefined;

  constructor(
    { document, ordered, supergraph, requirements }: ReadSupergraph,
    private readonly rules: PlanRules,
  ) {
    this.#requirements = requirements;
    this.#overrides = new LabelledOverrides(document);
    this.#api = supergraph.apiSchema();
    this.#apiSchema = apiSchemaOf(supergraph);
    this.#directiveDefaults = new DirectiveDefaults(this.#apiSchema);
    const extended = addAbsentMembers(ordered);
    this.#possible = extended && new PossibleFetches(supergraph.subgraphs());
    this.#planner = new QueryPlanner(extended ? Supergraph.build(extended) : supergraph, {
      reuseQueryFragments: false,
    });
  }

  /**
   * Parses, limits, validates and plans.
   * @returns the plans, which are plain data
   * @throws OperationRefused
   */
  make(text: string, operationName: string | null | undefined): Plans {
    const { rules } = this;
    const document = parseDocument(text, rules.maxTokens);
    const node = findOperation(document, operationName);
    // Before validation, some of whose rules take time in the square of what they look at.
    const exceeded = checkLimits(document, node, rules.limits);
    if (exceeded.length > 0) throw new OperationRefused('OPERATION_LIMIT_EXCEEDED', exceeded);
    const more = rules.introspection ? [] : [NoSchemaIntrospectionCustomRule];
    validateDocument(this.#apiSchema, document, more, rules.suggestions);
    try {
      const alone = this.#directiveDefaults.writeOut(onlyOperation(document, node));
      const overrideConditions = this.#overrides.decide(text);
      const plans = planOperation(alone, node.operation, this.#apiSchema, this.#requirements, (one) => {
        const operation = operationFromDocument(this.#api, one, { validate: false });
        return this.#planner.buildQueryPlan(operation, { overrideConditions });
      });
      const possible = this.#possible;
      return possible ? { ...plans, queryPlans: plans.queryPlans.map((one) => possible.only(one)) } : plans;
    } catch (error) {
      if (error instanceof GraphQLError) throw new OperationRefused('GRAPHQL_VALIDATION_FAILED', [error]);
      const reason = error instanceof Error ? error.message : String(error);
      throw new OperationRefused('OPERATION_NOT_PLANNABLE', [
        new GraphQLError(`The operation could not be planned: ${reason}`),
      ]);
    }
  }
}
