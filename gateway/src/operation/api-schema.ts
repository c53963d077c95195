import type { Supergraph } from '@apollo/federation-internals';
import { GraphQLSchema, isIntrospectionType } from 'graphql';

/**
 * What clients see, for graphql-js. Apollo's schema brings types of its own for introspection, older than those by
 * which graphql-js answers: what one lists, the other would not let clients ask for.
 */
export function apiSchemaOf(supergraph: Supergraph): GraphQLSchema {
  const config = supergraph.apiSchema().toGraphQLJSSchema().toConfig();
  return new GraphQLSchema({ ...config, types: config.types.filter((type) => !isIntrospectionType(type)) });
}
