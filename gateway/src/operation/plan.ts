import type { Subgraphs } from '@apollo/federation-internals';
import type { FetchNode, PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner';
import { type GraphQLSchema, isInterfaceType, Kind, parse } from 'graphql';
import type { NumberKind } from '../json/exact-number.js';
import type { FlattenPath } from '../json/path.js';
import { compileRepresentation, type Representation } from './representations.js';
import { compileRewrites, type Rewrite } from './rewrites.js';
import { asksForIntegersOnly } from './integers-only.js';
import { RequestTexts } from './request-text.js';
import { compileResume, type Resume } from './resume.js';

/** A plan's condition around a fetch: the variable must have this value. */
export interface Guard {
  readonly variable: string;
  readonly expected: boolean;
}

/** One Fetch of Apollo's plan, compiled. */
export interface Part {
  readonly path: FlattenPath;
  readonly guards: readonly Guard[];
  /** Absent for a fetch of root fields. */
  readonly represent: Representation | undefined;
  readonly rewriteOutput: Rewrite | undefined;
  /** Response names that the output rewrites change back, for the paths of errors. */
  readonly renamed: ReadonlyMap<string, string>;
  readonly variables: readonly string[];
  /** The part's place among the step's slots. */
  slot: number;
}

/**
 * One request to one subgraph. Parallel entity fetches at the same depth of the plan share a step; those with the
 * same selection share a slot, so that equal entities are sent once.
 */
export interface Step {
  readonly index: number;
  readonly service: string;
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly isEntities: boolean;
  readonly slots: readonly (readonly Part[])[];
  readonly texts: RequestTexts;
  /** Which numbers an answer may hold, by the types of the selected fields. */
  readonly numbers: NumberKind;
  readonly dependents: number[];
  dependencies: number;
}

/** The steps and who waits for whom; a step may start when all its dependencies are done. */
export interface StepGraph {
  readonly steps: readonly Step[];
  /** The supergraph's interfaces: a subgraph that knows one as an object gives its name as the __typename. */
  readonly interfaces: ReadonlySet<string>;
  readonly roots: readonly number[];
  /** The root fields that several steps ask for, each for a part of it: by name in the data, the steps' places. */
  readonly sharedRoots: ReadonlyMap<string, readonly number[]>;
}

export interface CompiledPlan {
  readonly graph: StepGraph;
  /** For subscriptions only; `graph` is then what runs for each event. */
  readonly primary: Primary | undefined;
}

/** The upstream operation of a subscription. */
export interface Primary {
  readonly service: string;
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: readonly string[];
  readonly rewriteOutput: Rewrite | undefined;
  /** As of a {@link Part}. */
  readonly renamed: ReadonlyMap<string, string>;
  readonly resume: Resume | undefined;
}

interface Draft {
  readonly fetch: FetchNode;
  readonly path: FlattenPath;
  readonly guards: readonly Guard[];
  readonly dependencies: readonly Draft[];
  readonly level: number;
}

/** Turns Apollo's plan tree into a graph of merged requests. Done once per operation. */
export function compilePlan(plan: QueryPlan, supergraph: GraphQLSchema, subgraphs: Subgraphs): CompiledPlan {
  const node = plan.node;
  if (node?.kind !== 'Subscription') return { graph: compileGraph(node, supergraph), primary: undefined };
  const { primary, rest } = node satisfies SubscriptionNode;
  const resume = compileResume(primary.serviceName, primary.operation, subgraphs);
  return {
    graph: compileGraph(rest, supergraph),
    primary: {
      service: primary.serviceName,
      query: resume?.query ?? primary.operation,
      operationName: primary.operationName,
      variables: primary.variableUsages ?? [],
      rewriteOutput: compileRewrites(supergraph, primary.outputRewrites),
      renamed: renamedBy(primary),
      resume,
    },
  };
}

function compileGraph(node: PlanNode | undefined, supergraph: GraphQLSchema): StepGraph {
  const drafts: Draft[] = [];
  if (node) walk(node, [], [], [], drafts);
  const groups = new Map<string, Draft[]>();
  const levelOf = mergedLevels(drafts);
  drafts.forEach((draft, index) => {
    // Root fetches and mutations stay alone: the planner has merged what can be merged of those.
    const key = draft.fetch.requires ? `${levelOf(draft)}:${draft.fetch.serviceName}` : `root:${index}`;
    groups.set(key, [...(groups.get(key) ?? []), draft]);
  });
  const stepOf = new Map<Draft, number>();
  const members = [...groups.values()];
  members.forEach((group, index) => group.forEach((draft) => stepOf.set(draft, index)));

  const steps = members.map((group, index) => compileStep(group, index, supergraph));
  members.forEach((group, index) => {
    const needed = new Set(
      group.flatMap((draft) => draft.dependencies.map((dependency) => stepOf.get(dependency)!)),
    );
    for (const dependency of needed) steps[dependency]!.dependents.push(index);
    steps[index]!.dependencies = needed.size;
  });
  return {
    steps,
    interfaces: interfacesOf(supergraph),
    roots: steps.filter((step) => step.dependencies === 0).map((step) => step.index),
    sharedRoots: sharedRootsOf(drafts, stepOf),
  };
}

function sharedRootsOf(
  drafts: readonly Draft[],
  stepOf: ReadonlyMap<Draft, number>,
): ReadonlyMap<string, readonly number[]> {
  const asking = new Map<string, number[]>();
  const roots = drafts.filter(({ fetch, path }) => !fetch.requires && path.length === 0);
  if (roots.length < 2) return asking;
  for (const draft of roots) {
    const operation = parse(draft.fetch.operation, { noLocation: true }).definitions.find(
      (one) => one.kind === Kind.OPERATION_DEFINITION,
    )!;
    // The planner writes no fragments at the root.
    const fields = operation.selectionSet.selections.filter((one) => one.kind === Kind.FIELD);
    for (const name of new Set(fields.map((field) => field.alias?.value ?? field.name.value)))
      asking.set(name, [...(asking.get(name) ?? []), stepOf.get(draft)!]);
  }
  return new Map([...asking].filter(([, steps]) => steps.length > 1));
}

const interfaces = new WeakMap<GraphQLSchema, ReadonlySet<string>>();

function interfacesOf(supergraph: GraphQLSchema): ReadonlySet<string> {
  let names = interfaces.get(supergraph);
  if (!names) {
    const types = Object.values(supergraph.getTypeMap()).filter(isInterfaceType);
    interfaces.set(supergraph, (names = new Set(types.map(({ name }) => name))));
  }
  return names;
}

/**
 * The level whose request a fetch goes with: its own, or a later one that asks the same subgraph about the same entities
 * when nothing waits for it. `inStock` needs no more than a key, `shippingEstimate` a price that another subgraph has to
 * give first; as the answer has to wait for that anyway, one request asks for both.
 */
function mergedLevels(drafts: readonly Draft[]): (draft: Draft) => number {
  const awaited = new Set(drafts.flatMap(({ dependencies }) => dependencies));
  const placeOf = ({ fetch, path }: Draft): string => JSON.stringify([fetch.serviceName, path]);
  const levels = new Map<string, number[]>();
  for (const draft of drafts) {
    if (!draft.fetch.requires) continue;
    const place = placeOf(draft);
    levels.set(
      place,
      [...(levels.get(place) ?? []), draft.level].sort((a, b) => a - b),
    );
  }
  return (draft) =>
    (!awaited.has(draft) && levels.get(placeOf(draft))?.find((level) => level > draft.level)) || draft.level;
}

/** Collects the fetches below a node and returns those that whatever comes after the node must wait for. */
function walk(
  node: PlanNode,
  path: FlattenPath,
  guards: readonly Guard[],
  after: readonly Draft[],
  drafts: Draft[],
): readonly Draft[] {
  switch (node.kind) {
    case 'Fetch': {
      const level = 1 + Math.max(-1, ...after.map((draft) => draft.level));
      const draft: Draft = { fetch: node, path, guards, dependencies: after, level };
      drafts.push(draft);
      return [draft];
    }
    case 'Flatten':
      return walk(node.node, [...path, ...node.path.map(String)], guards, after, drafts);
    case 'Sequence':
      return node.nodes.reduce((last, child) => walk(child, path, guards, last, drafts), after);
    case 'Parallel':
      return node.nodes.flatMap((child) => walk(child, path, guards, after, drafts));
    case 'Condition': {
      const branch = (child: PlanNode | undefined, expected: boolean): readonly Draft[] =>
        child ? walk(child, path, [...guards, { variable: node.condition, expected }], after, drafts) : after;
      return [...new Set([...branch(node.ifClause, true), ...branch(node.elseClause, false)])];
    }
    case 'Defer':
      throw new Error('The gateway does not support @defer.');
  }
}

function compileStep(group: readonly Draft[], index: number, supergraph: GraphQLSchema): Step {
  const slotByText = new Map<string, Part[]>();
  const fetches: FetchNode[] = [];
  for (const { fetch, path, guards } of group) {
    // Operation names number the fetches of a plan, so texts are compared without them.
    const text = withoutName(fetch);
    let slot = slotByText.get(text);
    if (!slot) {
      slotByText.set(text, (slot = []));
      fetches.push(fetch);
    }
    slot.push({
      path,
      guards,
      represent:
        fetch.requires &&
        compileRepresentation(supergraph, fetch.requires, fetch.inputRewrites, fetch.serviceName),
      rewriteOutput: compileRewrites(supergraph, fetch.outputRewrites),
      renamed: renamedBy(fetch),
      variables: fetch.variableUsages ?? [],
      slot: slotByText.size - 1,
    });
  }
  const first = group[0]!.fetch;
  return {
    index,
    service: first.serviceName,
    kind: first.operationKind,
    isEntities: first.requires !== undefined,
    slots: [...slotByText.values()],
    texts: new RequestTexts(fetches),
    numbers: fetches.every((fetch) => asksForIntegersOnly(fetch.operation, supergraph)) ? 'long' : 'any',
    dependents: [],
    dependencies: 0,
  };
}

function renamedBy({ outputRewrites = [] }: FetchNode): ReadonlyMap<string, string> {
  return new Map(
    outputRewrites.flatMap((rewrite) =>
      rewrite.kind === 'KeyRenamer' ? [[rewrite.path.at(-1)!, rewrite.renameKeyTo]] : [],
    ),
  );
}

function withoutName(fetch: FetchNode): string {
  const rewrites = fetch.outputRewrites ? JSON.stringify(fetch.outputRewrites) : '';
  return (
    (fetch.operationName ? fetch.operation.replace(` ${fetch.operationName}`, ' ') : fetch.operation) +
    rewrites
  );
}
