import type { FetchDataRewrite, QueryPlanFieldNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { getOwn, isObject, type JsonObject, mergeInto, quote, setOwn } from './json.js';
import { compileRewrites, isOfType } from './rewrites.js';

/**
 * Writes an entity's representation, the `_Any` that `_entities` takes, as JSON text. '' says that the entity
 * lacks what is required (a fetch before this one failed), so it is not asked for.
 */
export type RepresentationWriter = (entity: JsonObject) => string;

/**
 * Compiles what a fetch requires. The text is both what goes over the wire and the key by which equal
 * entities are sent once. The usual case, one fragment for the entity's type, writes without an object between.
 */
export function compileRepresentation(
  schema: GraphQLSchema,
  requires: readonly QueryPlanSelectionNode[],
  inputRewrites: readonly FetchDataRewrite[] | undefined,
): RepresentationWriter {
  const rewrite = compileRewrites(schema, inputRewrites);
  const byObject: RepresentationWriter = (entity) => {
    const built = buildSelections(schema, entity, requires);
    if (!built || !built['__typename']) return '';
    rewrite?.(built);
    return JSON.stringify(built);
  };
  if (rewrite || requires.some(({ kind }) => kind === 'Field')) return byObject;

  const byTypename = new Map<string, RepresentationWriter>();
  const writerFor = (typename: string): RepresentationWriter => {
    const matching = requires.filter(
      (node) =>
        node.kind === 'InlineFragment' &&
        node.typeCondition &&
        isOfType(schema, typename, node.typeCondition),
    );
    const fields = matching.length === 1 ? plainFields(matching[0]!.selections ?? []) : undefined;
    const writer = matching.length === 0 ? () => '' : fields ? fieldsWriter(fields) : byObject;
    byTypename.set(typename, writer);
    return writer;
  };
  return (entity) => {
    const typename = entity['__typename'];
    if (typeof typename !== 'string') return '';
    return (byTypename.get(typename) ?? writerFor(typename))(entity);
  };
}

/** The selections when they are fields without fragments anywhere below; else undefined. */
function plainFields(selections: readonly QueryPlanSelectionNode[]): QueryPlanFieldNode[] | undefined {
  const fields: QueryPlanFieldNode[] = [];
  for (const node of selections) {
    if (node.kind !== 'Field' || (node.selections && !plainFields(node.selections))) return undefined;
    fields.push(node);
  }
  return fields.some((field) => field.name === '__typename') ? fields : undefined;
}

type ValueWriter = (value: unknown) => string;

function fieldsWriter(fields: readonly QueryPlanFieldNode[]): RepresentationWriter {
  const compiled = fields.map((field, index) => {
    const key = field.alias ?? field.name;
    return {
      key,
      prefix: `${index === 0 ? '{' : ','}${quote(key)}:`,
      write: field.selections ? nestedWriter(field.selections) : writeValue,
    };
  });
  return (entity) => {
    let text = '';
    for (const { key, prefix, write } of compiled) {
      const value = getOwn(entity, key);
      if (value === undefined) return '';
      text += prefix + write(value);
    }
    return text + '}';
  };
}

const writeValue: ValueWriter = (value) =>
  typeof value === 'string'
    ? quote(value)
    : typeof value === 'number'
      ? String(value)
      : (JSON.stringify(value) ?? 'null');

function nestedWriter(selections: readonly QueryPlanSelectionNode[]): ValueWriter {
  const write = fieldsWriter(selections as readonly QueryPlanFieldNode[]);
  const nested: ValueWriter = (value) => {
    if (Array.isArray(value)) return `[${value.map(nested).join(',')}]`;
    return isObject(value) ? write(value) || 'null' : 'null';
  };
  return nested;
}

/** The general way: fragments merge, a fragment that lacks one of its fields adds nothing. */
function buildSelections(
  schema: GraphQLSchema,
  source: JsonObject,
  selections: readonly QueryPlanSelectionNode[],
): JsonObject | null {
  const result: JsonObject = {};
  for (const selection of selections) {
    if (selection.kind === 'Field') {
      const key = selection.alias ?? selection.name;
      const value = getOwn(source, key);
      if (value === undefined) return null;
      setOwn(result, key, selection.selections ? buildNested(schema, value, selection.selections) : value);
    } else {
      const typename = source['__typename'];
      if (!selection.typeCondition || typeof typename !== 'string') continue;
      if (!isOfType(schema, typename, selection.typeCondition)) continue;
      const part = buildSelections(schema, source, selection.selections);
      if (part) mergeInto(result, part);
    }
  }
  return result;
}

function buildNested(
  schema: GraphQLSchema,
  value: unknown,
  selections: readonly QueryPlanSelectionNode[],
): unknown {
  if (Array.isArray(value)) return value.map((item) => buildNested(schema, item, selections));
  return isObject(value) ? buildSelections(schema, value, selections) : null;
}
