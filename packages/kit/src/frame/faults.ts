import { EVENT_TYPES, type EventType } from '@cartograph/events';
import { existsSync } from 'node:fs';
import type { Subgraph, SubgraphParts } from './definition.js';

/** A definition that cannot be started; its message names every fault. */
export class SubgraphDefinitionError extends Error {
  override readonly name = 'SubgraphDefinitionError';

  constructor(
    subgraph: string,
    readonly faults: readonly string[],
  ) {
    super(`The definition of ${subgraph} is faulty:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
}

const PARTS = {
  name: 'a name such as "orders"',
  schema: "new URL('../schema.graphql', import.meta.url)",
  config: 'defineConfig({…})',
  database: 'postgresDatabase({…}), mongoDatabase({…}) or redisDatabase({…})',
  build: 'a function',
} as const;

const BUILT_PARTS = {
  resolvers: 'createResolvers(deps)',
  owners: 'the owners of resolvers/index.ts, {} if there are none',
  context: 'createContext(deps)',
  handlers: 'createHandlers(deps), {} if there are none',
  workers: 'createWorkers(deps), {} if there are none',
  gauges: 'createGauges(deps), [] if there are none',
} as const;

const EVENT_PARTS = {
  consumer: 'a name on the bus such as "orders"',
  consumes: 'a list of event types, [] if it handles none',
  publishes: 'a list of event types, [] if it announces none',
} as const;

/** What is wrong with a definition before anything is opened. */
export function definitionFaults(subgraph: Partial<Subgraph>): string[] {
  const { name, schema, config, database, events } = subgraph;
  const faults = missing('', subgraph, PARTS);
  if (name && !/^[a-z][a-z0-9-]*$/.test(name))
    faults.push(`"name" must be lower-case letters, digits and hyphens, got "${name}".`);
  if (schema && !existsSync(schema))
    faults.push(`"schema" names a file that does not exist: ${schema.pathname}`);
  if (database) {
    faults.push(...(database.faults ?? []));
    if (config)
      for (const variable of database.variables ?? [])
        if (!config.variables.includes(variable))
          faults.push(`"database" reads ${variable}, which "config" does not declare.`);
  }
  if (events) {
    faults.push(...missing('events.', events, EVENT_PARTS));
    for (const part of ['consumes', 'publishes'] as const) {
      const types = events[part] ?? [];
      for (const type of new Set(types)) {
        if (!EVENT_TYPES.includes(type))
          faults.push(`"events.${part}" names "${type}", which is not an event of @cartograph/events.`);
        if (types.indexOf(type) !== types.lastIndexOf(type))
          faults.push(`"events.${part}" names "${type}" twice.`);
      }
    }
  }
  return faults;
}

/** What is wrong with the parts that `build` returned. */
export function partFaults(
  { events, database }: Pick<Subgraph, 'events' | 'database'>,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- nothing here looks at a context
  parts: Partial<SubgraphParts<any>>,
): string[] {
  const faults = missing('build().', parts, BUILT_PARTS);
  const consumes = events?.consumes ?? [];
  const handlers = parts.handlers ?? {};
  for (const type of Object.keys(handlers))
    if (!consumes.includes(type as EventType))
      faults.push(`There is a handler for "${type}", which "events.consumes" does not declare.`);
  if (parts.handlers)
    for (const type of consumes)
      if (typeof handlers[type] !== 'function')
        faults.push(`"events.consumes" declares "${type}", for which build() returns no handler.`);
  const hasOutbox = parts.outbox !== undefined || database.kind === 'postgres';
  if (events && events.publishes.length > 0 && !hasOutbox)
    faults.push('"events.publishes" needs an outbox: the database has none and build() returns none.');
  const gauges = (parts.gauges ?? []).map(({ name }) => name);
  for (const name of new Set(gauges))
    if (gauges.indexOf(name) !== gauges.lastIndexOf(name)) faults.push(`There are two gauges named ${name}.`);
  return faults;
}

function missing(prefix: string, given: object, parts: Readonly<Record<string, string>>): string[] {
  return Object.entries(parts)
    .filter(([part]) => !(given as Record<string, unknown>)[part])
    .map(([part, expected]) => `"${prefix}${part}" is missing: expected ${expected}.`);
}
