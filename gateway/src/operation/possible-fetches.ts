import type { Subgraphs } from '@apollo/federation-internals';
import type { FetchNode, QueryPlan } from '@apollo/query-planner';
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
import { variablesOf, withoutUnusedVariables } from './document.js';
import { mapFetches } from './literals.js';

/** Takes out of plans what their subgraphs cannot give: fragments on types they do not know at that place. */
export class PossibleFetches {
  readonly #schemas = new Map<string, GraphQLSchema>();

  constructor(private readonly subgraphs: Subgraphs) {}

  only(plan: QueryPlan): QueryPlan {
    return mapFetches(plan, (fetch) => this.#fetch(fetch));
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
