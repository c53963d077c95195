// Pure part of `npm run compose`: schemas in, composed schemas or readable problems out.
import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import { buildSchema, Kind, parse, print, printSchema } from 'graphql';
import { findClientChanges } from './client-changes.mjs';

/**
 * @typedef {{ name: string, url: string, file: string, sdl: string }} SubgraphSource `file` is for messages
 * @typedef {{ supergraph: string, api: string, hints: string[] }} Composed
 * @typedef {{ problems: string[] }} Failed
 */

/**
 * Composes subgraphs to the supergraph and the API schema that clients see.
 * @param {SubgraphSource[]} subgraphs
 * @param {string} common definitions whose copies must be the same everywhere
 * @returns {Composed | Failed}
 */
export function composeSchemas(subgraphs, common) {
  const problems = [];
  const services = [];
  for (const { name, url, file, sdl } of subgraphs) {
    try {
      services.push({ name, url, typeDefs: parse(sdl) });
    } catch (error) {
      const { line, column } = error.locations?.[0] ?? {};
      problems.push(`${file}:${line}:${column}: ${error.message}`);
    }
  }
  if (problems.length > 0) return { problems };
  problems.push(...findDriftedCopies(subgraphs, common));
  if (problems.length > 0) return { problems };

  const result = composeServices(services);
  if (result.errors) return { problems: result.errors.map((error) => describeError(error, subgraphs)) };
  // If descriptions differ, composition picks an arbitrary one; clients should see the owner's.
  const [differing, hints] = partition(
    result.hints.filter(({ definition }) => definition.level.value >= WARN),
    ({ definition }) => definition.code === 'INCONSISTENT_DESCRIPTION',
  );
  if (differing.length > 0) {
    return {
      problems: differing.map(({ message }) => `${firstSentence(message)} Say it as the owner says it.`),
    };
  }
  const api = Supergraph.build(result.supergraphSdl).apiSchema().toGraphQLJSSchema();
  return {
    supergraph: `${result.supergraphSdl.trim()}\n`,
    api: `${printSchema(api).trim()}\n`,
    hints: hints.map(({ definition, message }) => `${definition.code}: ${firstSentence(message)}`),
  };
}

/** The rest of a hint repeats every description in full. */
const firstSentence = (text) => text.split('\n')[0].replace(/ The supergraph will use .*/, '');

/** Composition's hint levels: WARN 60, INFO 40, DEBUG 20. */
const WARN = 60;

function partition(list, isFirst) {
  return [list.filter(isFirst), list.filter((item) => !isFirst(item))];
}

const nameOf = (definition) => definition.name?.value;

/** rover needs complete subgraphs, so each repeats the common definitions it uses, word for word. */
function findDriftedCopies(subgraphs, common) {
  const wanted = new Map(
    parse(common).definitions.map((definition) => [nameOf(definition), print(definition)]),
  );
  return subgraphs.flatMap(({ file, sdl }) =>
    parse(sdl)
      .definitions.filter(
        (definition) => definition.kind !== Kind.SCHEMA_EXTENSION && wanted.has(nameOf(definition)),
      )
      .filter((definition) => print(definition) !== wanted.get(nameOf(definition)))
      .map((definition) => {
        const line = sdl.slice(0, definition.loc.start).split('\n').length;
        return `${file}:${line}: ${nameOf(definition)} differs from schema/common.graphql; copies must be the same, descriptions too.`;
      }),
  );
}

function describeError(error, subgraphs) {
  const places = (error.nodes ?? [])
    .filter((node) => node.loc && node.subgraph)
    .map((node) => {
      const { file } = subgraphs.find(({ name }) => name === node.subgraph) ?? { file: node.subgraph };
      return `${file}:${node.loc.startToken.line}`;
    });
  const where = [...new Set(places)].join(', ');
  return `${error.extensions?.code ?? 'COMPOSITION'}: ${error.message}${where ? `\n    at ${where}` : ''}`;
}

/**
 * Changes between two API schemas by their effect on clients.
 * @param {string} before
 * @param {string} after
 * @param {{ change: string, reason: string }[]} accepted breaking changes, each with its reason
 * @returns {{ refused: string[], notable: string[] }} one line each; `refused` are breaking and not accepted
 */
export function judgeChanges(before, after, accepted) {
  const reasons = new Map(accepted.map(({ change, reason }) => [change, reason]));
  const { breaking, notable } = findClientChanges(buildSchema(before), buildSchema(after));
  return { refused: breaking.filter((change) => !reasons.get(change)), notable };
}
