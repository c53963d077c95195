import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { FieldNames } from '../operation/field-names.js';
import { type ConditionValues, isConditionMet } from '../operation/conditions.js';
import { getOwn, isObject, type JsonObject } from '../json/json.js';
import type { ResponsePath } from '../json/path.js';

/** What turning paths of the data into paths of the answer takes. */
export interface PathContext {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly names: FieldNames;
  readonly selectionSet: SelectionSetNode;
  readonly data: JsonObject;
  readonly conditions: ConditionValues;
}

/**
 * Where an error belongs in the answer, by the names that the client uses. One place of the data may be several of
 * the answer. What the client did not ask for (a key, a required field) has no place there: the path ends at the
 * object that it is of.
 * @returns no path at all where the client does not get that object's field on purpose
 */
export function answerPaths(path: ResponsePath, context: PathContext): ResponsePath[] {
  const found: ResponsePath[] = [];
  follow(path, 0, [], [context.selectionSet], context.data, context, found);
  return found;
}

function follow(
  path: ResponsePath,
  at: number,
  above: ResponsePath,
  sets: readonly SelectionSetNode[],
  value: unknown,
  context: PathContext,
  found: ResponsePath[],
): void {
  if (at === path.length) return void found.push(above);
  const element = path[at]!;
  if (typeof element === 'number') {
    const item: unknown = Array.isArray(value) ? value[element] : undefined;
    return follow(path, at + 1, [...above, element], sets, item, context, found);
  }
  const typename = isObject(value) ? value['__typename'] : undefined;
  const byKey = new Map<string, FieldNode[]>();
  for (const set of sets) collect(set, element, typename, context, byKey);
  if (byKey.size === 0) {
    // A field that it selected on objects of another type only must not appear in its errors.
    for (const set of sets) collect(set, element, undefined, context, byKey);
    if (byKey.size === 0) found.push(above);
    return;
  }
  const below = isObject(value) ? getOwn(value, element) : undefined;
  for (const [key, nodes] of byKey) {
    const inner = nodes.flatMap(({ selectionSet }) => (selectionSet ? [selectionSet] : []));
    follow(path, at + 1, [...above, key], inner, below, context, found);
  }
}

/** The client's fields that have this name in the data of an object, by response name. */
function collect(
  set: SelectionSetNode,
  dataKey: string,
  typename: unknown,
  context: PathContext,
  found: Map<string, FieldNode[]>,
): void {
  for (const selection of set.selections) {
    if (!isConditionMet(selection, context.conditions)) continue;
    if (selection.kind === Kind.FIELD) {
      if (context.names.dataKey(selection) !== dataKey) continue;
      const key = selection.alias?.value ?? selection.name.value;
      found.set(key, [...(found.get(key) ?? []), selection]);
      continue;
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : context.fragments.get(selection.name.value);
    if (fragment && applies(fragment.typeCondition?.name.value, typename, context.schema))
      collect(fragment.selectionSet, dataKey, typename, context, found);
  }
}

function applies(condition: string | undefined, typename: unknown, schema: GraphQLSchema): boolean {
  if (condition === undefined || typeof typename !== 'string' || condition === typename) return true;
  const type = schema.getType(typename);
  // Without an object's own type, each fragment may be for it.
  if (!isObjectType(type)) return true;
  const wanted = schema.getType(condition);
  return isCompositeType(wanted) && isAbstractType(wanted) && schema.isSubType(wanted, type);
}
