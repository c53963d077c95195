import type { FetchDataRewrite, QueryPlanFieldNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { type ConstDirectiveNode, type GraphQLSchema, isEnumType, isObjectType, Kind, parse } from 'graphql';
import { writeJson } from '../json/exact-number.js';
import { getOwn, isObject, type JsonObject, mergeInto, quote, setOwn } from '../json/json.js';
import { compileRewrites, isOfType } from './rewrites.js';

/**
 * Writes an entity's representation, the `_Any` that `_entities` takes, as JSON text. '' says that the entity
 * lacks a required field (an earlier fetch failed), so it is left out of the request.
 * @param hasFailed whether a fetch before this one failed for this entity. If none did, a required field is missing only
 *   because the field that requires it is left out by @skip or @include; other fields of the entity are still fetched.
 */
type RepresentationWriter = (entity: JsonObject, hasFailed: boolean) => string;

/** How entities of one type are represented. */
interface TypeRepresentation {
  readonly write: RepresentationWriter;
  /** The fields that the text consists of beside the type's name; undefined where it is not as simple as that. */
  readonly keys: readonly string[] | undefined;
}

/** How a fetch represents an entity; undefined for a value without a type. */
export type Representation = (entity: JsonObject) => TypeRepresentation | undefined;

/** The different representations of one request, in the order in which they were met. */
export class RepresentationList {
  readonly texts: string[] = [];
  readonly #byText = new Map<string, number>();
  /** By one key's value after the other: most entities of an answer were met before, and need not be written again. */
  readonly #byKeys = new Map<TypeRepresentation, Map<unknown, unknown>>();

  /** The place of an entity's representation among all; -1 when it lacks what is required. */
  indexOf(entity: JsonObject, representation: Representation, hasFailed: boolean): number {
    const ofType = representation(entity);
    if (!ofType) return -1;
    const { keys, write } = ofType;
    // Where a fetch failed, equal keys do not mean equal texts: only one of two objects may lack a field because of it.
    if (!keys || hasFailed) return this.#indexOfText(write(entity, hasFailed));
    let level = mapIn(this.#byKeys, ofType);
    const last = keys.length - 1;
    for (let at = 0; at < last; at++) level = mapIn(level, getOwn(entity, keys[at]!));
    const value = getOwn(entity, keys[last]!);
    let index = level.get(value) as number | undefined;
    if (index === undefined) {
      index = this.#indexOfText(write(entity, hasFailed));
      level.set(value, index);
    }
    return index;
  }

  #indexOfText(text: string): number {
    if (text === '') return -1;
    let index = this.#byText.get(text);
    if (index === undefined) {
      index = this.texts.push(text) - 1;
      this.#byText.set(text, index);
    }
    return index;
  }
}

function mapIn(map: Map<unknown, unknown>, key: unknown): Map<unknown, unknown> {
  let inner = map.get(key) as Map<unknown, unknown> | undefined;
  if (!inner) map.set(key, (inner = new Map()));
  return inner;
}

/**
 * Compiles what a fetch requires. The usual case, one fragment for the entity's type, writes without an object between.
 */
export function compileRepresentation(
  schema: GraphQLSchema,
  requires: readonly QueryPlanSelectionNode[],
  inputRewrites: readonly FetchDataRewrite[] | undefined,
  service: string,
): Representation {
  const rewrite = compileRewrites(schema, inputRewrites);
  const keyFields = new Map<unknown, ReadonlySet<string> | undefined>();
  const keysOf = (typename: unknown): ReadonlySet<string> | undefined => {
    if (!keyFields.has(typename)) keyFields.set(typename, keyFieldsOf(schema, service, typename));
    return keyFields.get(typename);
  };
  const write: RepresentationWriter = (entity, hasFailed) => {
    const needed = hasFailed ? undefined : keysOf(entity['__typename']);
    const built = buildSelections(schema, entity, requires, needed);
    if (!built || !built['__typename']) return '';
    rewrite?.(built);
    return writeJson(built);
  };
  const byObject: TypeRepresentation = { write, keys: undefined };
  if (rewrite || requires.some(({ kind }) => kind === 'Field')) return () => byObject;

  const byTypename = new Map<string, TypeRepresentation>();
  const compileFor = (typename: string): TypeRepresentation => {
    const matching = requires.filter(
      (node) =>
        node.kind === 'InlineFragment' &&
        node.typeCondition &&
        isOfType(schema, typename, node.typeCondition),
    );
    const fields = matching.length === 1 ? plainFields(matching[0]!.selections ?? []) : undefined;
    const compiled = fields
      ? { write: fieldsWriter(fields, typename, write), keys: plainKeys(fields) }
      : { write: matching.length === 0 ? () => '' : write, keys: undefined };
    byTypename.set(typename, compiled);
    return compiled;
  };
  return (entity) => {
    const typename = entity['__typename'];
    if (typeof typename !== 'string') return undefined;
    return byTypename.get(typename) ?? compileFor(typename);
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

/** The fields' names without __typename, if there are any and none has fields of its own. */
function plainKeys(fields: readonly QueryPlanFieldNode[]): string[] | undefined {
  const keys = fields.map((field) => field.alias ?? field.name).filter((key) => key !== '__typename');
  return keys.length > 0 && !fields.some(({ selections }) => selections) ? keys : undefined;
}

type ValueWriter = (value: unknown) => string;

/**
 * @param typename the type of all entities it will be given, if that is known
 * @param otherwise writes entities that lack a field
 */
function fieldsWriter(
  fields: readonly QueryPlanFieldNode[],
  typename?: string,
  otherwise: RepresentationWriter = () => '',
): RepresentationWriter {
  const compiled: { readonly key: string; readonly prefix: string; readonly write: ValueWriter }[] = [];
  // The parts that are equal for all entities are joined once.
  let constant = '{';
  for (const field of fields) {
    const key = field.alias ?? field.name;
    constant += `${constant === '{' ? '' : ','}${quote(key)}:`;
    if (typename !== undefined && key === '__typename') constant += quote(typename);
    else {
      compiled.push({
        key,
        prefix: constant,
        write: field.selections ? nestedWriter(field.selections) : writeValue,
      });
      constant = '';
    }
  }
  const end = `${constant}}`;
  return (entity, hasFailed) => {
    let text = '';
    for (const { key, prefix, write } of compiled) {
      const value = getOwn(entity, key);
      if (value === undefined) return hasFailed ? '' : otherwise(entity, hasFailed);
      text += prefix + write(value);
    }
    return text + end;
  };
}

const writeValue: ValueWriter = (value) =>
  typeof value === 'string'
    ? quote(value)
    : typeof value === 'number'
      ? String(value)
      : (writeJson(value) ?? 'null');

function nestedWriter(selections: readonly QueryPlanSelectionNode[]): ValueWriter {
  const write = fieldsWriter(selections as readonly QueryPlanFieldNode[]);
  const nested: ValueWriter = (value) => {
    if (Array.isArray(value)) return `[${value.map(nested).join(',')}]`;
    return isObject(value) ? write(value, true) || 'null' : 'null';
  };
  return nested;
}

/**
 * The general way: fragments merge, a fragment that lacks one of its fields adds nothing.
 * @param needed fields that must be there; others may be missing. Undefined: all must be there
 */
function buildSelections(
  schema: GraphQLSchema,
  source: JsonObject,
  selections: readonly QueryPlanSelectionNode[],
  needed?: ReadonlySet<string>,
): JsonObject | null {
  const result: JsonObject = {};
  for (const selection of selections) {
    if (selection.kind === 'Field') {
      const key = selection.alias ?? selection.name;
      const value = getOwn(source, key);
      if (value === undefined) {
        if (needed && !needed.has(selection.name)) continue;
        return null;
      }
      setOwn(result, key, selection.selections ? buildNested(schema, value, selection.selections) : value);
    } else {
      const typename = source['__typename'];
      if (!selection.typeCondition || typeof typename !== 'string') continue;
      if (!isOfType(schema, typename, selection.typeCondition)) continue;
      const part = buildSelections(schema, source, selection.selections, needed);
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

/**
 * The fields that some key of a type consists of in one subgraph, by the supergraph's @join__type; of its interfaces where
 * the subgraph has those as interface objects. Undefined where it has no key.
 * @see https://specs.apollo.dev/join/v0.3
 */
function keyFieldsOf(
  schema: GraphQLSchema,
  service: string,
  typename: unknown,
): ReadonlySet<string> | undefined {
  const graphs = schema.getType('join__Graph');
  const graph = isEnumType(graphs)
    ? graphs
        .getValues()
        .find(({ astNode }) => argumentsOf(astNode?.directives, 'join__graph')[0]?.['name'] === service)
    : undefined;
  const type = typeof typename === 'string' ? schema.getType(typename) : undefined;
  if (!graph || !type) return undefined;
  const types = [type, ...(isObjectType(type) ? type.getInterfaces() : [])];
  const keys = types
    .flatMap(({ astNode }) => argumentsOf(astNode?.directives, 'join__type'))
    .filter((one) => one['graph'] === graph.name && typeof one['key'] === 'string')
    .map((one) => String(one['key']));
  if (keys.length === 0) return undefined;
  const fields = keys.flatMap((key) => {
    const { definitions } = parse(`{ ${key} }`, { noLocation: true });
    const [operation] = definitions;
    const selections = operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet.selections : [];
    return selections.flatMap((field) => (field.kind === Kind.FIELD ? [field.name.value] : []));
  });
  return new Set(['__typename', ...fields]);
}

/** Text and enum arguments of each use of a directive. */
function argumentsOf(
  directives: readonly ConstDirectiveNode[] = [],
  name: string,
): Readonly<Record<string, string>>[] {
  return directives
    .filter((directive) => directive.name.value === name)
    .map(({ arguments: given = [] }) =>
      Object.fromEntries(
        given.flatMap(({ name: { value: key }, value }) =>
          value.kind === Kind.STRING || value.kind === Kind.ENUM ? [[key, value.value]] : [],
        ),
      ),
    );
}
