import type { FetchNode } from '@apollo/query-planner';
import {
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  type VariableDefinitionNode,
  visit,
} from 'graphql';

/** The unchanging beginning of a request's JSON body, and where each slot's representations and result are. */
export interface RequestText {
  /** Up to and with `"variables":{`. */
  readonly head: string;
  /** Per active slot: its response name, and the JSON key of its representations. */
  readonly slots: readonly {
    readonly slot: number;
    readonly resultKey: string;
    readonly variableKey: string;
  }[];
}

/**
 * The texts of a step's request. Which slots are active differs from run to run (a branch may have no
 * entities), so the text of each combination is made when first needed; a step seldom has more than two slots.
 */
export class RequestTexts {
  readonly #byMask = new Map<string, RequestText>();

  constructor(private readonly fetches: readonly FetchNode[]) {}

  get(active: readonly number[]): RequestText {
    if (active.length === 1)
      return (this.#single[active[0]!] ??= single(this.fetches[active[0]!]!, active[0]!));
    const mask = active.join();
    let text = this.#byMask.get(mask);
    if (!text) {
      text = merged(active.map((slot) => [slot, this.fetches[slot]!]));
      // With n slots 2^n combinations exist; a hostile mix must not fill the memory.
      if (this.#byMask.size < 64) this.#byMask.set(mask, text);
    }
    return text;
  }

  readonly #single: RequestText[] = [];

  /** Response names of the root fields that a root fetch asks for. */
  rootKeys(): string[] {
    return this.fetches.flatMap(({ operation }) => {
      const definition = parse(operation, { noLocation: true }).definitions.find(
        (node) => node.kind === Kind.OPERATION_DEFINITION,
      ) as OperationDefinitionNode;
      return keysOf(definition.selectionSet);
    });
  }

  /** The query as the subgraph gets it when every slot is active. */
  describe(): string {
    return this.fetches.length === 1 ? this.fetches[0]!.operation : mergedQuery([...this.fetches.entries()]);
  }
}

function keysOf(set: SelectionSetNode): string[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection.alias?.value ?? selection.name.value];
    return selection.kind === Kind.INLINE_FRAGMENT ? keysOf(selection.selectionSet) : [];
  });
}

function head(query: string, operationName: string | undefined): string {
  const name = operationName === undefined ? '' : `"operationName":${JSON.stringify(operationName)},`;
  return `{"query":${JSON.stringify(query)},${name}"variables":{`;
}

function single(fetch: FetchNode, slot: number): RequestText {
  return {
    head: head(fetch.operation, fetch.operationName),
    slots: [{ slot, resultKey: '_entities', variableKey: '"representations":' }],
  };
}

function merged(fetches: readonly (readonly [number, FetchNode])[]): RequestText {
  return {
    head: head(mergedQuery(fetches), fetches[0]![1].operationName),
    slots: fetches.map(([slot]) => ({
      slot,
      resultKey: `_${slot}`,
      variableKey: `"representations_${slot}":`,
    })),
  };
}

/** One document that asks `_entities` once per slot, each with representations of its own. */
function mergedQuery(fetches: readonly (readonly [number, FetchNode])[]): string {
  const variables = new Map<string, VariableDefinitionNode>();
  const operations = fetches.map(([slot, fetch]) => {
    const renamed = visit(parse(fetch.operation, { noLocation: true }), {
      Variable: (node) =>
        node.name.value === 'representations'
          ? { ...node, name: { kind: Kind.NAME, value: `representations_${slot}` } }
          : undefined,
      Field: (node, _key, _parent, path) =>
        // Only the root field: definitions / 0 / selectionSet / selections / n.
        path.length === 5 && node.name.value === '_entities'
          ? { ...node, alias: { kind: Kind.NAME, value: `_${slot}` } }
          : undefined,
      FragmentDefinition: (node) => ({
        ...node,
        name: { kind: Kind.NAME, value: `${node.name.value}_${slot}` },
      }),
      FragmentSpread: (node) => ({ ...node, name: { kind: Kind.NAME, value: `${node.name.value}_${slot}` } }),
    });
    for (const definition of renamed.definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
      for (const variable of definition.variableDefinitions ?? [])
        variables.set(variable.variable.name.value, variable);
    }
    return renamed;
  });
  const roots = operations.map(
    (document) =>
      document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION) as OperationDefinitionNode,
  );
  const operation: OperationDefinitionNode = {
    ...roots[0]!,
    variableDefinitions: [...variables.values()],
    selectionSet: {
      kind: Kind.SELECTION_SET,
      selections: roots.flatMap((root) => root.selectionSet.selections),
    },
  };
  const fragments = operations.flatMap((document) =>
    document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION),
  );
  return print({ kind: Kind.DOCUMENT, definitions: [operation, ...fragments] });
}
