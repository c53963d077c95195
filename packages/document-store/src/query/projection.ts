import { compileExpression, type Expression, type Variables } from '../aggregate/expression.js';
import { isNumeric } from '../bson/compare.js';
import { toNumber } from '../bson/number.js';
import { type Doc, isDoc, type Maybe, type Value } from '../bson/types.js';
import { MongoError, notSupported } from '../errors.js';
import { compileFilter, type Found, type Matcher } from './match.js';

export type Projection = (doc: Doc, variables?: Variables, found?: Found) => Doc;

type Leaf =
  | { readonly kind: 'include' }
  | { readonly kind: 'exclude' }
  | { readonly kind: 'compute'; readonly expression: Expression }
  | { readonly kind: 'slice'; readonly skip: number | undefined; readonly limit: number }
  | { readonly kind: 'elemMatch'; readonly matcher: Matcher }
  | { readonly kind: 'positional' };

interface Node {
  readonly children: Map<string, Node>;
  leaf?: Leaf;
}

/** Where a projection is written: `find` has additional operators, `add` only computes. */
export type ProjectionStyle = 'find' | 'aggregate' | 'add';

const newNode = (): Node => ({ children: new Map() });

function place(root: Node, path: string, leaf: Leaf): void {
  if (path === '') throw new MongoError(40352, 'FieldPath cannot be constructed with empty string');
  let node = root;
  const parts = path.split('.');
  for (const [index, part] of parts.entries()) {
    if (part === '') throw new MongoError(15998, 'FieldPath field names may not be empty strings.');
    if (part.startsWith('$'))
      throw new MongoError(
        16410,
        `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
      );
    if (node.leaf)
      throw new MongoError(
        31249,
        `Path collision at ${path} remaining portion ${parts.slice(index).join('.')}`,
      );
    let child = node.children.get(part);
    if (!child) node.children.set(part, (child = newNode()));
    node = child;
  }
  if (node.leaf || node.children.size > 0) throw new MongoError(31250, `Path collision at ${path}`);
  node.leaf = leaf;
}

function parseLeaf(path: string, value: Value, style: ProjectionStyle): Leaf | Doc {
  if (style !== 'add') {
    if (value === true || (isNumeric(value) && toNumber(value) !== 0)) return { kind: 'include' };
    if (value === false || isNumeric(value)) return { kind: 'exclude' };
  }
  if (!isDoc(value)) return { kind: 'compute', expression: compileExpression(value) };
  const first = value.keys().next().value;
  if (first === undefined) {
    if (style === 'add') return { kind: 'compute', expression: () => value };
    throw new MongoError(51270, 'An empty sub-projection is not a valid value. Found empty object at path');
  }
  if (!first.startsWith('$')) return value;
  if (style === 'find') {
    const argument = value.get(first)!;
    if (first === '$elemMatch') {
      if (!isDoc(argument)) throw new MongoError(31274, '$elemMatch: Invalid argument, object required');
      if (path.includes('.'))
        throw new MongoError(31275, 'Cannot use $elemMatch projection on a nested field.');
      return {
        kind: 'elemMatch',
        matcher: compileFilter(new Map([['v', new Map([['$elemMatch', argument]])]])),
      };
    }
    if (first === '$slice' && !(Array.isArray(argument) && argument.length === 3))
      return parseSlice(argument);
    if (first === '$meta') throw notSupported('$meta');
  }
  return { kind: 'compute', expression: compileExpression(value) };
}

function parseSlice(argument: Value): Leaf {
  const numbers = (Array.isArray(argument) ? argument : [argument]).map((item) =>
    isNumeric(item) ? Math.trunc(toNumber(item)) : NaN,
  );
  if (numbers.some(Number.isNaN) || (Array.isArray(argument) && numbers.length !== 2))
    throw new MongoError(28667, 'Invalid $slice syntax. The given syntax did not match the find() syntax');
  if (!Array.isArray(argument)) return { kind: 'slice', skip: undefined, limit: numbers[0]! };
  if (numbers[1]! <= 0)
    throw new MongoError(28724, `First argument to $slice must be an array, but is of type: int`);
  return { kind: 'slice', skip: numbers[0]!, limit: numbers[1]! };
}

function build(root: Node, prefix: string, spec: Doc, style: ProjectionStyle): void {
  for (const [name, value] of spec) {
    const path = `${prefix}${name}`;
    if (style === 'find' && name.endsWith('.$')) {
      place(root, path.slice(0, -2), { kind: 'positional' });
      continue;
    }
    const leaf = parseLeaf(path, value, style);
    if (isDoc(leaf as Value)) build(root, `${path}.`, leaf as Doc, style);
    else place(root, path, leaf as Leaf);
  }
}

function* leaves(node: Node, prefix = ''): Generator<[string, Leaf]> {
  for (const [name, child] of node.children) {
    if (child.leaf) yield [`${prefix}${name}`, child.leaf];
    yield* leaves(child, `${prefix}${name}.`);
  }
}

/** Whether fields not named are kept. @throws MongoError where inclusion and exclusion are mixed */
function keepsRest(root: Node): boolean {
  let mode: 'include' | 'exclude' | undefined;
  for (const [path, { kind }] of leaves(root)) {
    if (path === '_id' && (kind === 'exclude' || kind === 'include')) continue;
    if (kind === 'slice') continue;
    const next = kind === 'exclude' ? 'exclude' : 'include';
    if (mode && next !== mode)
      throw mode === 'include'
        ? new MongoError(31254, `Cannot do exclusion on field ${path} in inclusion projection`)
        : new MongoError(31253, `Cannot do inclusion on field ${path} in exclusion projection`);
    mode = next;
  }
  if (mode) return mode === 'exclude';
  const idLeaf = root.children.get('_id')?.leaf?.kind;
  return idLeaf !== 'include';
}

interface Context {
  readonly root: Doc;
  readonly variables: Variables | undefined;
  readonly found: Found | undefined;
}

/** @throws MongoError where the projection is not a valid one */
export function compileProjection(spec: Doc, style: ProjectionStyle): Projection {
  const root = newNode();
  build(root, '', spec, style);
  if (style === 'add')
    return (doc, variables) => applyDoc(root, doc, true, { root: doc, variables, found: undefined });
  const keeps = keepsRest(root);
  if (!keeps && !root.children.has('_id'))
    root.children.set('_id', { children: new Map(), leaf: { kind: 'include' } });
  return (doc, variables, found) => applyDoc(root, doc, keeps, { root: doc, variables, found });
}

function applyDoc(node: Node, doc: Doc, keeps: boolean, context: Context): Doc {
  const result: Doc = new Map();
  for (const [name, value] of doc) {
    const child = node.children.get(name);
    if (!child) {
      if (keeps) result.set(name, value);
      continue;
    }
    if (child.leaf) {
      if (child.leaf.kind === 'compute') {
        // Keeps its place when the field is only overwritten; a projection puts computed fields last.
        if (keeps) result.set(name, value);
        continue;
      }
      const kept = applyLeaf(child.leaf, value, context);
      if (kept !== undefined) result.set(name, kept);
    } else {
      const kept = applyValue(child, value, keeps, context);
      if (kept !== undefined) result.set(name, kept);
    }
  }
  compute(node, doc, result, keeps, context);
  return result;
}

function compute(node: Node, doc: Doc, result: Doc, keeps: boolean, context: Context): void {
  for (const [name, child] of node.children) {
    if (child.leaf?.kind === 'compute') {
      const { root, variables } = context;
      const value = child.leaf.expression({ root, current: root, variables });
      if (value === undefined) result.delete(name);
      else result.set(name, value);
    } else if (!child.leaf && !doc.has(name) && computes(child)) {
      result.set(name, applyDoc(child, new Map(), keeps, context));
    }
  }
}

const computes = (node: Node): boolean =>
  node.leaf ? node.leaf.kind === 'compute' : [...node.children.values()].some(computes);

function applyValue(node: Node, value: Value, keeps: boolean, context: Context): Maybe {
  if (isDoc(value)) return applyDoc(node, value, keeps, context);
  if (Array.isArray(value)) {
    const kept = value.map((item) => applyValue(node, item, keeps, context));
    return kept.filter((item) => item !== undefined) as Value[];
  }
  if (computes(node)) return applyDoc(node, new Map(), keeps, context);
  return keeps ? value : undefined;
}

function applyLeaf(leaf: Leaf, value: Value, { found }: Context): Maybe {
  switch (leaf.kind) {
    case 'include':
    case 'compute':
      return value;
    case 'exclude':
      return undefined;
    case 'slice':
      return Array.isArray(value) ? slice(value, leaf.skip, leaf.limit) : value;
    case 'elemMatch': {
      if (!Array.isArray(value)) return undefined;
      const at: Found = { index: undefined };
      return leaf.matcher(new Map([['v', value]]), at) ? [value[at.index!]!] : undefined;
    }
    case 'positional': {
      if (!Array.isArray(value)) return value;
      if (found?.index === undefined)
        throw new MongoError(
          51246,
          "Executor error during find command :: caused by :: positional operator '.$' couldn't find a matching element in the array",
        );
      return value.slice(found.index, found.index + 1);
    }
  }
}

function slice(array: Value[], skip: number | undefined, limit: number): Value[] {
  if (skip === undefined) return limit < 0 ? array.slice(limit) : array.slice(0, limit);
  const start = skip < 0 ? Math.max(0, array.length + skip) : skip;
  return array.slice(start, start + limit);
}
