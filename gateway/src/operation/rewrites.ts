import type { FetchDataRewrite } from '@apollo/query-planner';
import { type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql';
import { getOwn, isObject, type JsonObject, setOwn } from '../json/json.js';

const FRAGMENT_PREFIX = '... on ';

/** A change to fetched data, or to a representation before it is sent, that the plan contains. */
export type Rewrite = (value: unknown) => void;

/**
 * Whether an object's __typename satisfies a type condition of the supergraph. An interface object carries
 * the interface's own name.
 */
export function isOfType(schema: GraphQLSchema, typename: string, condition: string): boolean {
  if (typename === condition) return true;
  const type = schema.getType(typename);
  const wanted = schema.getType(condition);
  return (
    isAbstractType(wanted) && (isObjectType(type) || isInterfaceType(type)) && schema.isSubType(wanted, type)
  );
}

/** Compiles the planner's rewrites into one function; undefined when there are none. */
export function compileRewrites(
  schema: GraphQLSchema,
  rewrites: readonly FetchDataRewrite[] | undefined,
): Rewrite | undefined {
  if (!rewrites || rewrites.length === 0) return undefined;
  const compiled = rewrites.map((rewrite) => compileRewrite(schema, rewrite));
  return (value) => {
    for (const rewrite of compiled) rewrite(value);
  };
}

function compileRewrite(schema: GraphQLSchema, rewrite: FetchDataRewrite): Rewrite {
  const field = rewrite.path.at(-1);
  if (field === undefined) return () => undefined;
  const change: (object: JsonObject) => void =
    rewrite.kind === 'ValueSetter'
      ? (object) => setOwn(object, field, rewrite.setValueTo)
      : (object) => {
          const value = getOwn(object, field);
          // Apollo's executor tests for truth here and so loses 0, '' and false.
          if (value === undefined) return;
          setOwn(object, rewrite.renameKeyTo, value);
          setOwn(object, field, undefined);
        };
  return rewrite.path
    .slice(0, -1)
    .reduceRight<Rewrite>((next, element) => step(schema, element, next), atObjects(change));
}

function atObjects(change: (object: JsonObject) => void): Rewrite {
  return (value) => {
    if (Array.isArray(value)) for (const item of value) atObjects(change)(item);
    else if (isObject(value)) change(value);
  };
}

function step(schema: GraphQLSchema, element: string, next: Rewrite): Rewrite {
  if (!element.startsWith(FRAGMENT_PREFIX)) return atObjects((object) => next(getOwn(object, element)));
  const condition = element.slice(FRAGMENT_PREFIX.length);
  return atObjects((object) => {
    const typename = object['__typename'];
    if (!typename || isOfType(schema, String(typename), condition)) next(object);
  });
}
