import type { Subgraphs } from '@apollo/federation-internals';
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  visit,
} from 'graphql';
import { variablesOf } from './document.js';
import { getOwn, isObject, type JsonObject } from '../json/json.js';

/** The response name under which the gateway asks for the cursor itself. */
const CURSOR_KEY = '_cursor';
const AFTER_VARIABLE = '_after';

/**
 * How a stream goes on after a break without a gap: its root field takes `after: String` and its events have
 * `cursor: String!`, both in the subgraph that owns the field.
 */
export interface Resume {
  /** The upstream operation with the cursor selected. */
  readonly query: string;
  /** The same, from `$_after` on. */
  readonly resumeQuery: string;
  /** Variables the resuming operation no longer takes. */
  readonly dropped: ReadonlySet<string>;
  /** Whether the client's own subscription starts after a cursor. */
  startsAfter(variables: JsonObject): boolean;
  /** Takes the cursor out of an event. */
  takeCursor(data: unknown): string | undefined;
}

export const afterVariables = (cursor: string): JsonObject => ({ [AFTER_VARIABLE]: cursor });

/** Undefined where the subscription cannot be resumed. */
export function compileResume(service: string, operation: string, subgraphs: Subgraphs): Resume | undefined {
  const document = parse(operation, { noLocation: true });
  const definition = document.definitions.find(
    (node) => node.kind === Kind.OPERATION_DEFINITION,
  ) as OperationDefinitionNode;
  const root = definition.selectionSet.selections[0];
  if (root?.kind !== Kind.FIELD || !isResumable(service, root.name.value, subgraphs)) return undefined;
  const rootKey = root.alias?.value ?? root.name.value;
  const given = root.arguments?.find(({ name }) => name.value === 'after')?.value;
  const withCursor = changeRoot(document, (field) => ({
    ...field,
    selectionSet: {
      kind: Kind.SELECTION_SET,
      selections: [
        { kind: Kind.FIELD, name: name('cursor'), alias: name(CURSOR_KEY) },
        ...(field.selectionSet?.selections ?? []),
      ],
    },
  }));
  const resuming = changeRoot(withCursor, (field) => ({
    ...field,
    arguments: [
      ...(field.arguments ?? []).filter((argument) => argument.name.value !== 'after'),
      {
        kind: Kind.ARGUMENT,
        name: name('after'),
        value: { kind: Kind.VARIABLE, name: name(AFTER_VARIABLE) },
      },
    ],
  }));
  const used = variablesOf(resuming);
  const dropped = new Set(
    (definition.variableDefinitions ?? [])
      .map(({ variable }) => variable.name.value)
      .filter((one) => !used.has(one)),
  );
  const resumeQuery = print(
    visit(resuming, {
      OperationDefinition: (node) => ({
        ...node,
        variableDefinitions: [
          ...(node.variableDefinitions ?? []).filter(({ variable }) => !dropped.has(variable.name.value)),
          {
            kind: Kind.VARIABLE_DEFINITION,
            variable: { kind: Kind.VARIABLE, name: name(AFTER_VARIABLE) },
            type: { kind: Kind.NAMED_TYPE, name: name('String') },
          } as const,
        ],
      }),
    }),
  );
  return {
    query: print(withCursor),
    resumeQuery,
    dropped,
    startsAfter: (variables) =>
      given?.kind === Kind.VARIABLE
        ? getOwn(variables, given.name.value) != null
        : given !== undefined && given.kind !== Kind.NULL,
    takeCursor(data) {
      const event = isObject(data) ? getOwn(data, rootKey) : undefined;
      if (!isObject(event)) return undefined;
      const cursor = event[CURSOR_KEY];
      event[CURSOR_KEY] = undefined;
      return typeof cursor === 'string' ? cursor : undefined;
    },
  };
}

function isResumable(service: string, field: string, subgraphs: Subgraphs): boolean {
  const type = subgraphs.get(service)?.schema.schemaDefinition.rootType('subscription');
  const definition = type?.field(field);
  if (!definition || String(definition.argument('after')?.type) !== 'String') return false;
  let payload = definition.type;
  if (payload?.kind === 'NonNullType') payload = payload.ofType as typeof payload;
  return payload?.kind === 'ObjectType' && String(payload.field('cursor')?.type) === 'String!';
}

const name = (value: string) => ({ kind: Kind.NAME, value }) as const;

function changeRoot(document: DocumentNode, change: (field: FieldNode) => FieldNode): DocumentNode {
  return visit(document, {
    OperationDefinition: (node) => ({
      ...node,
      selectionSet: {
        ...node.selectionSet,
        selections: node.selectionSet.selections.map((selection) =>
          selection.kind === Kind.FIELD ? change(selection) : selection,
        ),
      },
    }),
  });
}
