import type { Subgraphs } from '@apollo/federation-internals';
import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import {
  doTypesOverlap,
  type GraphQLSchema,
  isCompositeType,
  parse,
  print,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { variablesOf, withoutUnusedVariables } from './requirements.js';

/** Takes out of plans what their subgraphs cannot give: fragments on types they do not know at that place. */
export class PossibleFetches {
  readonly #schemas = new Map<string, GraphQLSchema>();

  constructor(private readonly subgraphs: Subgraphs) {}

  only(plan: QueryPlan): QueryPlan {
    const { node } = plan;
    if (!node) return plan;
    if (node.kind !== 'Subscription') return { ...plan, node: this.#walk(node) };
    const { primary, rest } = node;
    return {
      ...plan,
      node: { ...node, primary: this.#fetch(primary), ...(rest && { rest: this.#walk(rest) }) },
    };
  }

  #walk(node: PlanNode): PlanNode {
    switch (node.kind) {
      case 'Fetch':
        return this.#fetch(node);
      case 'Flatten':
        return { ...node, node: this.#walk(node.node) };
      case 'Sequence':
      case 'Parallel':
        return { ...node, nodes: node.nodes.map((one) => this.#walk(one)) };
      case 'Condition':
        return {
          ...node,
          ...(node.ifClause && { ifClause: this.#walk(node.ifClause) }),
          ...(node.elseClause && { elseClause: this.#walk(node.elseClause) }),
        };
      case 'Defer':
        return node;
    }
  }

  #fetch(fetch: FetchNode): FetchNode {
    const schema = this.#schemaOf(fetch.serviceName);
    const types = new TypeInfo(schema);
    let isChanged = false;
    const possible = visit(
      parse(fetch.operation, { noLocation: true }),
      visitWithTypeInfo(types, {
        InlineFragment({ typeCondition }) {
          if (!typeCondition) return undefined;
          const wanted = schema.getType(typeCondition.name.value);
          const around = types.getParentType();
          if (isCompositeType(wanted) && (!around || doTypesOverlap(schema, around, wanted)))
            return undefined;
          isChanged = true;
          return null;
        },
      }),
    );
    if (!isChanged) return fetch;
    const operation = withoutUnusedVariables(possible);
    const used = variablesOf(operation);
    return {
      ...fetch,
      operation: print(operation),
      ...(fetch.variableUsages && { variableUsages: fetch.variableUsages.filter((name) => used.has(name)) }),
    };
  }

  #schemaOf(service: string): GraphQLSchema {
    let schema = this.#schemas.get(service);
    if (!schema)
      this.#schemas.set(service, (schema = this.subgraphs.get(service)!.schema.toGraphQLJSSchema()));
    return schema;
  }
}
