import { isObjectType, Kind, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { Fault } from './errors.js';

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
    const subgraph = (type.extensions as SubgraphExtensions).apollo?.subgraph;
    const resolve = subgraph?.resolveReference;
    const keys = keysOf(type);
    if (!subgraph || !resolve || keys.length === 0) continue;
    subgraph.resolveReference = (reference, ...rest) => {
      const isText = (field: string) => typeof reference[field] === 'string';
      const isWhole = keys.some((key) => key.every(isText));
      const isRight = keys.flat().every((field) => !(field in reference) || isText(field));
      if (isWhole && isRight) return resolve(reference, ...rest);
      const known = keys.map((key) => key.join(' and ')).join(', or by ');
      // Not thrown: that would take the answers to all other references with it.
      return Promise.reject(new Fault('BAD_USER_INPUT', `A ${type.name} is named by ${known}, as text.`));
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
