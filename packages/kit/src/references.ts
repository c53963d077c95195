import { isObjectType, Kind, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { PublicError } from './public-error.js';

type ResolveReference = (reference: Readonly<Record<string, unknown>>, ...rest: unknown[]) => unknown;

interface SubgraphExtensions {
  apollo?: { subgraph?: { resolveReference?: ResolveReference } };
}

/**
 * Refuses what `_entities` is given without a key in it. `_Any` lets everything through, so resolvers would meet null
 * where the schema promises an id.
 */
export function checkReferences(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    const keys = keysOf(type);
    if (keys.length === 0) continue;
    const { apollo } = type.extensions as SubgraphExtensions;
    // Of a type that is only pointed at, the reference itself is the object.
    const resolve: ResolveReference = apollo?.subgraph?.resolveReference ?? ((reference) => reference);
    const resolveReference: ResolveReference = (reference, ...rest) => {
      const isText = (field: string) => typeof reference[field] === 'string';
      const isWhole = keys.some((key) => key.every(isText));
      const isRight = keys.flat().every((field) => !(field in reference) || isText(field));
      if (isWhole && isRight) return resolve(reference, ...rest);
      const known = keys.map((key) => key.join(' and ')).join(', or by ');
      // Not thrown: that would take the answers to all other references with it.
      return Promise.reject(
        new PublicError('BAD_USER_INPUT', `A ${type.name} is named by ${known}, as text.`),
      );
    };
    type.extensions = {
      ...type.extensions,
      apollo: { ...apollo, subgraph: { ...apollo?.subgraph, resolveReference } },
    };
  }
  return schema;
}

/** The names in each `@key`; keys with fields of fields are left out. */
function keysOf(type: GraphQLObjectType): string[][] {
  return [type.astNode, ...type.extensionASTNodes]
    .flatMap((node) => node?.directives ?? [])
    .filter(({ name }) => name.value === 'key')
    .flatMap(({ arguments: args = [] }) => args.filter(({ name }) => name.value === 'fields'))
    .flatMap(({ value }) =>
      value.kind === Kind.STRING && !value.value.includes('{') ? [value.value.trim().split(/\s+/)] : [],
    );
}
