import type { QueryPlan } from '@apollo/query-planner';
import { type DocumentNode, visit } from 'graphql';
import { mapFetches } from './literals.js';

/**
 * What an operation takes of the heap once it has run, in bytes: its text, its document, its compiled plan and
 * requests, and its answer's shape. Fitted to what `bounds.test.ts` measures; seldom less than what it really takes, and
 * at most about twice as much.
 */
const OPERATION = 4_000;
/** A node of the document with what is compiled from it: its cost, its part of the answer's shape. */
const NODE = 450;
/** More shapes of the answer, one for each combination of @skip and @include. */
const NODE_OF_SHAPE = 100;
/** The text itself, and the strings within it that the document holds. */
const CHARACTER = 2;
/** Of a request: as planned, as JSON, and merged with others. */
const REQUEST_CHARACTER = 4;
/** Answers to introspection that are kept. */
const INTROSPECTION = 512 * 1024;

/** Combinations of @skip and @include whose answers' shapes are kept, for each operation. */
export const MAX_SHAPES = 8;
/** Characters of answers to introspection that are kept, for each operation. */
export const MAX_INTROSPECTION = INTROSPECTION / 2;

export function weighOperation(text: string, document: DocumentNode, plans: readonly QueryPlan[]): number {
  let nodes = 0;
  let hasConditions = false;
  let hasIntrospection = false;
  visit(document, {
    enter(node) {
      nodes++;
      if (node.kind === 'Directive') hasConditions = true;
      if (node.kind === 'Field' && (node.name.value === '__schema' || node.name.value === '__type'))
        hasIntrospection = true;
    },
  });
  let requests = 0;
  for (const plan of plans)
    mapFetches(plan, (fetch) => {
      requests += fetch.operation.length;
      return fetch;
    });
  const perNode = NODE + (hasConditions ? (MAX_SHAPES - 1) * NODE_OF_SHAPE : 0);
  return (
    OPERATION +
    nodes * perNode +
    text.length * CHARACTER +
    requests * REQUEST_CHARACTER +
    (hasIntrospection ? INTROSPECTION : 0)
  );
}
