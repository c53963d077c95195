import {
  buildASTSchema,
  type DocumentNode,
  execute,
  type GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  printSchema,
  type SelectionNode,
  type SelectionSetNode,
  subscribe,
  validate,
  visit,
} from 'graphql';
import { compose, startWorld, type TestWorld } from '../gateway.js';
import type { MadeOperation } from './made-operation.js';
import type { SubgraphDefinition } from '../subgraph.js';
import { type MadeGraph, madeGraph } from './made-graph.js';
import { type Instance, type MadeEvent, madeEvents, MadeValues, SideError } from './made-values.js';

/** An answer, reduced to what has to be equal. */
export interface Comparable {
  /** JSON text: the order of fields counts. */
  readonly data: string;
  /** Where errors made something null, each once. */
  readonly nulls: readonly string[];
  readonly messages: readonly string[];
}

export interface Oracle {
  readonly schema: GraphQLSchema;
  readonly graph: MadeGraph;
  isValid(query: string): boolean;
  /** The gateway's answer, over HTTP, and that of one schema that is not federated. */
  ask(operation: MadeOperation): Promise<{ ours: Comparable; right: Comparable }>;
  stop(): Promise<void>;
}

/** Starts the first supergraph from a seed on that composes. */
export async function startOracle(seed: number): Promise<Oracle> {
  let graph: MadeGraph | undefined;
  for (let attempt = 0; attempt < 20 && !graph; attempt++) {
    const made = madeGraph(seed * 1000 + attempt);
    if (composes(made)) graph = made;
  }
  if (!graph) throw new Error(`No supergraph from the seed ${seed} composes.`);
  const federated = new MadeValues(seed, graph.rules);
  const whole = new MadeValues(seed, graph.rules);
  const world = await startWorld(
    graph.subgraphs.map((one) => subgraphOf(one, graph, federated)),
    { MAX_COST: '0', MAX_ALIASES: '1000', MAX_DIRECTIVES: '1000', SHED_LAG_MS: '0', MAX_DEPTH: '30' },
  );
  const schema = buildASTSchema(parse(printSchema(world.app.pipeline.planner!.apiSchema)), {
    assumeValid: true,
  });
  for (const type of Object.values(schema.getTypeMap()))
    if (isAbstractType(type)) type.resolveType = ({ __typename }: Instance) => __typename;
  return {
    schema,
    graph,
    isValid: (query) => validate(schema, parse(query)).length === 0,
    async ask(operation) {
      federated.count = whole.count = 0;
      const request = {
        schema,
        document: parse(operation.query),
        variableValues: operation.variables,
        fieldResolver: wholeResolver(whole),
      };
      if (/^\s*subscription/.test(operation.query)) {
        const [ours, right] = await Promise.all([
          followGateway(world, operation),
          followSchema({ ...request, subscribeFieldResolver: madeEvents }),
        ]);
        return { ours: ours ?? right, right };
      }
      const [ours, result] = await Promise.all([askGateway(world, operation), execute(request)]);
      const right = comparable(readAnswer(result));
      return { ours: ours ?? right, right };
    },
    stop: () => world.stop(),
  };
}

interface Answer {
  data?: unknown;
  errors?: { message: string; path?: (string | number)[] }[];
}

/** What one schema that is not federated has for any field. */
function wholeResolver(values: MadeValues): GraphQLFieldResolver<unknown, unknown> {
  return (parent, args, _context, info) => {
    const { parentType, fieldName, returnType } = info;
    if (parentType.name === 'Query' && fieldName === 'view') {
      const asked = sidesAsked(info);
      // Where one side has its part, the others' parts fail or are null on their own.
      const found =
        asked.find((side) => !values.isMissing(side)) ??
        asked.find((side) => values.sideFails(side)) ??
        asked[0];
      return found === undefined ? values.view() : values.side(found);
    }
    if (parentType.name === 'Subscription')
      return values.value(
        'Subscription',
        undefined,
        fieldName,
        { ...args, ...(parent as MadeEvent) },
        String(returnType),
      );
    return values.value(parentType.name, parent as Instance, fieldName, args, String(returnType));
  };
}

/** The subgraphs whose part of `view` a request asks for. */
function sidesAsked({ fieldNodes, fragments, variableValues }: GraphQLResolveInfo): number[] {
  const sides = new Set<number>();
  const look = ({ selections }: SelectionSetNode): void => {
    for (const one of selections) {
      const isLeftOut = one.directives?.some(({ name, arguments: [condition] = [] }) => {
        const value = condition?.value;
        const is =
          value?.kind === Kind.VARIABLE
            ? variableValues[value.name.value]
            : value?.kind === Kind.BOOLEAN && value.value;
        return name.value === 'skip' ? is === true : is !== true;
      });
      if (isLeftOut) continue;
      if (one.kind === Kind.FIELD) {
        const side = /^name(\d)$/.exec(one.name.value)?.[1];
        if (side !== undefined) sides.add(Number(side));
      } else
        look(one.kind === Kind.INLINE_FRAGMENT ? one.selectionSet : fragments[one.name.value]!.selectionSet);
    }
  };
  for (const { selectionSet } of fieldNodes) if (selectionSet) look(selectionSet);
  return [...sides];
}

const readAnswer = (result: { data?: unknown; errors?: readonly GraphQLError[] }): Answer => {
  const answer = JSON.parse(JSON.stringify(result)) as Answer;
  result.errors?.forEach(({ originalError }, index) => {
    const error = answer.errors![index]!;
    // Of a part that one schema sees missing, subgraphs say so at the field that they share.
    if (originalError instanceof SideError && originalError.isOfPart) error.path!.pop();
  });
  return answer;
};

/** @returns undefined where the gateway refuses the operation, as it should */
async function askGateway(world: TestWorld, operation: MadeOperation): Promise<Comparable | undefined> {
  const response = await world.fetch({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(operation),
  });
  const text = await response.text();
  return REFUSED.test(text) ? undefined : comparable(JSON.parse(text) as Answer);
}

/** The one kind of valid mutation and subscription that the gateway refuses; README.md says so. */
const REFUSED = /This (mutation|subscription) asks for fields whose @requires contradict each other/;

/** @returns undefined where the gateway refuses the subscription, as it should */
async function followGateway(world: TestWorld, operation: MadeOperation): Promise<Comparable | undefined> {
  const response = await world.fetch({
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify(operation),
  });
  const text = await response.text();
  if (!text.includes('event: complete')) {
    if (REFUSED.test(text)) return undefined;
    throw new Error(`The stream did not end with "complete": ${text}`);
  }
  return comparableStream(
    [...text.matchAll(/^event: next\ndata: (.*)$/gm)].map(([, json]) => JSON.parse(json!) as Answer),
  );
}

async function followSchema(request: Parameters<typeof subscribe>[0]): Promise<Comparable> {
  const stream = await subscribe(request);
  if (!(Symbol.asyncIterator in stream)) return comparable(readAnswer(stream));
  const answers: Answer[] = [];
  for await (const result of stream) answers.push(readAnswer(result));
  return comparableStream(answers);
}

function comparableStream(answers: readonly Answer[]): Comparable {
  const events = answers.map(comparable);
  return {
    data: events.map(({ data }) => data).join('\n'),
    nulls: events.flatMap(({ nulls }, event) => nulls.map((place) => `event ${event}: ${place}`)),
    messages: events.flatMap(({ messages }, event) =>
      messages.map((message) => `event ${event}: ${message}`),
    ),
  };
}

function comparable({ data, errors = [] }: Answer): Comparable {
  const nulls = errors.map(({ path, message }) => (path ? nullAt(data, path) : message));
  return {
    data: JSON.stringify(data),
    nulls: [...new Set(nulls)].sort(),
    messages: errors.map(({ message, path }) => `${message} at ${path?.join('.') ?? 'no path'}`),
  };
}

/** Follows a path to the null that the error led to. */
function nullAt(data: unknown, path: readonly (string | number)[]): string {
  let value: unknown = data;
  for (const [index, element] of path.entries()) {
    if (value === null) return path.slice(0, index).join('.');
    if (value === undefined) return `${path.slice(0, index).join('.')} (which is not in the answer)`;
    value = (value as Record<string | number, unknown>)[element];
  }
  return path.join('.') + (value === null ? '' : ' (which is not null)');
}

function composes({ subgraphs }: MadeGraph): boolean {
  try {
    compose(subgraphs.map(({ name, typeDefs }) => ({ name, typeDefs: parse(typeDefs) })));
    return true;
  } catch {
    return false;
  }
}

type Resolver = (
  parent: Instance | undefined,
  args: Record<string, unknown>,
  context: unknown,
  info: GraphQLResolveInfo,
) => unknown;

function subgraphOf(
  { name, typeDefs }: MadeGraph['subgraphs'][number],
  graph: MadeGraph,
  values: MadeValues,
): SubgraphDefinition {
  const resolvers: Record<string, Record<string, unknown>> = {};
  for (const type of parse(typeDefs).definitions) {
    if (type.kind === Kind.UNION_TYPE_DEFINITION || type.kind === Kind.INTERFACE_TYPE_DEFINITION) {
      const map: Record<string, unknown> = { __resolveType: ({ __typename }: Instance) => __typename };
      if (type.directives?.some((one) => one.name.value === 'key'))
        map['__resolveReference'] = (it: Record<string, unknown>) => values.fromReference('Media', it);
      resolvers[type.name.value] = map;
    }
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    resolvers[type.name.value] = resolversOf(type, name, graph, values);
  }
  return { name, typeDefs, resolvers };
}

function resolversOf(
  type: ObjectTypeDefinitionNode,
  subgraph: string,
  { rules }: MadeGraph,
  values: MadeValues,
): Record<string, unknown> {
  const owner = type.name.value;
  const map: Record<string, unknown> = {};
  for (const field of type.fields ?? []) {
    const name = field.name.value;
    const resolve: Resolver = (parent, args, _context, info) => {
      if (owner === 'Query' && name === 'view') {
        const side = Number(subgraph.slice(1));
        return sidesAsked(info).includes(side) ? values.side(side) : values.view();
      }
      if (owner === 'Subscription')
        return values.value(
          owner,
          undefined,
          name,
          { ...args, ...(parent as unknown as MadeEvent) },
          print(field.type),
        );
      if (rules.has(`${subgraph}:${owner}.${name}`))
        throw new Error(`${owner}.${name} of ${subgraph} is overridden`);
      return values.value(owner, parent, name, args, print(field.type));
    };
    map[name] = owner === 'Subscription' ? { subscribe: madeEvents, resolve } : resolve;
  }
  if (type.directives?.some((one) => one.name.value === 'key'))
    map['__resolveReference'] = (reference: Record<string, unknown>) => ({
      ...values.fromReference(owner, reference),
      __typename: owner,
    });
  return map;
}

/** The smallest operation found that still differs, by leaving out one selection after another. */
export async function shrink(oracle: Oracle, operation: MadeOperation, limit = 300): Promise<MadeOperation> {
  let best = operation;
  let tries = 0;
  for (let isSmaller = true; isSmaller && tries < limit;) {
    isSmaller = false;
    const document = parse(best.query);
    const total = countSelections(document);
    for (let index = 0; index < total && tries < limit; index++) {
      const query = print(without(document, index));
      if (!isUsable(oracle, query)) continue;
      tries++;
      const { ours, right } = await oracle.ask({ ...best, query });
      if (!isEqual(ours, right)) {
        best = { ...best, query };
        isSmaller = true;
        break;
      }
    }
  }
  return best;
}

export const isEqual = (ours: Comparable, right: Comparable): boolean =>
  ours.data === right.data && ours.nulls.join('\n') === right.nulls.join('\n');

function isUsable(oracle: Oracle, query: string): boolean {
  try {
    return oracle.isValid(query);
  } catch {
    return false;
  }
}

function countSelections(document: DocumentNode): number {
  let count = 0;
  visit(document, {
    Field: () => void count++,
    InlineFragment: () => void count++,
    FragmentSpread: () => void count++,
    Directive: () => void count++,
  });
  return count;
}

function without(document: DocumentNode, index: number): DocumentNode {
  let at = 0;
  const leave = (node: SelectionNode | { kind: Kind.DIRECTIVE }): null | undefined =>
    at++ === index ? null : void node;
  const pruned = visit(document, {
    Field: leave,
    InlineFragment: leave,
    FragmentSpread: leave,
    Directive: leave,
  });
  const used = new Set<string>();
  visit(pruned, { FragmentSpread: ({ name }) => void used.add(name.value) });
  const variables = new Set<string>();
  const kept = visit(pruned, {
    FragmentDefinition: (node) => (used.has(node.name.value) ? undefined : null),
  });
  visit(kept, { VariableDefinition: () => false, Variable: ({ name }) => void variables.add(name.value) });
  return visit(kept, {
    VariableDefinition: (node) => (variables.has(node.variable.name.value) ? undefined : null),
  });
}

export const objectTypes = (schema: GraphQLSchema): string[] =>
  Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
    .map(({ name }) => name);
