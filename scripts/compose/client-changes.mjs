// What a change of the API does to clients whose operations worked before.
import {
  findBreakingChanges,
  findDangerousChanges,
  isInputObjectType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
} from 'graphql';

/**
 * Compares two API schemas by their effect on clients: graphql-js knows most changes, the rest of this file those that it
 * does not count, or not as breaking.
 * @param {import('graphql').GraphQLSchema} before
 * @param {import('graphql').GraphQLSchema} after
 * @returns {{ breaking: string[], notable: string[] }} lines of the form `KIND: sentence`; notable changes break no operation
 *   but may change what a client receives
 */
export function findClientChanges(before, after) {
  const line = ({ type, description }) => `${type}: ${description}`;
  return {
    breaking: [
      ...findBreakingChanges(before, after).map(line),
      ...removedRoots(before, after),
      ...inputPairs(before, after).flatMap(brokenByDefault),
      ...addedOneOfs(before, after),
    ],
    notable: [
      ...findDangerousChanges(before, after)
        // Removed defaults are breaking, and changed ones are found below, for input fields as well as for arguments.
        .filter(({ type }) => type !== 'ARG_DEFAULT_VALUE_CHANGE')
        .map(line),
      ...inputPairs(before, after).flatMap(changedDefault),
    ],
  };
}

/** @returns every argument and input field that both schemas have, with a name for people */
function inputPairs(before, after) {
  const pairs = [];
  const addPairs = (owner, olds, news) => {
    for (const old of olds) {
      const now = news.find(({ name }) => name === old.name);
      if (now) pairs.push({ name: `${owner}${old.name}`, old, now });
    }
  };
  for (const type of Object.values(before.getTypeMap())) {
    const other = after.getType(type.name);
    if (isInputObjectType(type) && isInputObjectType(other))
      addPairs(`${type.name}.`, Object.values(type.getFields()), Object.values(other.getFields()));
    if (!hasFields(type) || !hasFields(other)) continue;
    for (const [name, field] of Object.entries(type.getFields())) {
      const otherField = other.getFields()[name];
      if (otherField) addPairs(`${type.name}.${name} argument `, field.args, otherField.args);
    }
  }
  for (const directive of before.getDirectives()) {
    const other = after.getDirective(directive.name);
    if (other) addPairs(`@${directive.name} argument `, directive.args, other.args);
  }
  return pairs;
}

const hasFields = (type) => isObjectType(type) || isInterfaceType(type);
const hasDefault = ({ defaultValue }) => defaultValue !== undefined;
const shown = (value) => JSON.stringify(value);

/** Without its default, an argument is required, or its absence means something else. */
function brokenByDefault({ name, old, now }) {
  if (!hasDefault(old) || hasDefault(now)) return [];
  if (isNonNullType(now.type)) {
    // graphql-js reports it if it could be null before.
    if (!isNonNullType(old.type)) return [];
    return [`DEFAULT_REMOVED: ${name} lost its default ${shown(old.defaultValue)} and is now required.`];
  }
  return [
    `DEFAULT_REMOVED: ${name} lost its default ${shown(old.defaultValue)}, which clients that omit it rely on.`,
  ];
}

function changedDefault({ name, old, now }) {
  if (!hasDefault(now) || shown(old.defaultValue) === shown(now.defaultValue)) return [];
  return [
    hasDefault(old)
      ? `DEFAULT_CHANGED: ${name} changed its default from ${shown(old.defaultValue)} to ${shown(now.defaultValue)}.`
      : `DEFAULT_ADDED: ${name} has the default ${shown(now.defaultValue)} now.`,
  ];
}

/** Clients that gave several fields, or none, or null, are refused. */
function addedOneOfs(before, after) {
  return Object.values(before.getTypeMap())
    .filter((type) => isInputObjectType(type) && !type.isOneOf && after.getType(type.name)?.isOneOf)
    .map(({ name }) => `ONE_OF_ADDED: ${name} takes exactly one of its fields now.`);
}

function removedRoots(before, after) {
  return ['query', 'mutation', 'subscription']
    .filter((kind) => before.getRootType(kind) && !after.getRootType(kind))
    .map((kind) => `ROOT_REMOVED: The schema has no ${kind} type any more.`);
}
