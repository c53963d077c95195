import {
  doTypesOverlap,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLAbstractType,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import type { FieldNames } from '../operation/field-names.js';
import { isConditionMet, type ConditionValues } from '../operation/conditions.js';
import { isIntrospection } from '../operation/introspection.js';
import type { Hidden } from '../operation/hidden.js';
import { getOwn, isInheritedName, type JsonObject, quote } from '../json/json.js';
import { JsonWriter } from '../json/json-writer.js';
import { leafWriter } from './leaf.js';

/** A value that broke the schema while the answer was written; its position became null. */
export interface ShapeError {
  readonly message: string;
  readonly path: readonly (string | number)[];
}

/** The JSON text of an introspection field, which stands on some object of the query type. */
export type Introspect = (nodes: readonly FieldNode[]) => string;

/** What one run of a shaper carries: the current path, as a stack, and the faults found. */
export interface ShapeRun {
  readonly path: (string | number)[];
  depth: number;
  readonly errors: ShapeError[];
  readonly introspect: Introspect;
}

/** All answers are written here: one is finished before the next begins. */
const out = new JsonWriter();

/**
 * Writes a value. False says "null that must bubble up": the fault is recorded already, the nearest nullable position
 * becomes null, and what was written since is taken back there.
 */
type Writer = (value: unknown, run: ShapeRun) => boolean;

interface ShapedField {
  readonly key: string;
  /** The field's name in the data. */
  readonly source: string;
  /** `"key":` with the comma before it, save for the first. */
  readonly prefix: Uint8Array;
  readonly inherited: boolean;
  readonly write: Writer;
}

const [COMMA, LIST_BEGIN, LIST_END, OBJECT_END] = [0x2c, 0x5b, 0x5d, 0x7d];
const EMPTY_LIST = Buffer.from('[]');
const EMPTY_OBJECT = Buffer.from('{}');
const ANSWER_BEGIN = Buffer.from('{"data":');

/** Compiles one operation's selection set, for one set of @skip/@include values, into a function that writes the answer. */
export class Shaper {
  readonly #root: Writer;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    private readonly conditions: ConditionValues,
    private readonly names: FieldNames,
    private readonly hidden: Hidden,
    rootType: GraphQLCompositeType,
    selectionSet: SelectionSetNode,
  ) {
    this.#root = this.#fieldsWriter(rootType, [selectionSet]);
  }

  /**
   * Writes the answer for `data`: `{"data":…}`, with null there when a null bubbled to the top.
   * @param isPlain whether all strings in `data` come from plain JSON; see `isPlainJson`
   */
  write(
    data: JsonObject,
    introspect: Introspect,
    isPlain: boolean,
  ): { readonly text: string; readonly errors: ShapeError[] } {
    const run: ShapeRun = { path: [], depth: 0, errors: [], introspect };
    out.begin(isPlain);
    out.bytes(ANSWER_BEGIN);
    if (!this.#root(data, run)) {
      out.length = ANSWER_BEGIN.length;
      out.null();
    }
    out.byte(OBJECT_END);
    return { text: out.end(), errors: run.errors };
  }

  #typeWriter(type: GraphQLOutputType, selections: SelectionSetNode[], owner: string): Writer {
    const write = this.#openWriter(type, selections, owner);
    const hides = this.hidden.in(type);
    return hides ? (value, run) => write(hides(value) ? null : value, run) : write;
  }

  #openWriter(type: GraphQLOutputType, selections: SelectionSetNode[], owner: string): Writer {
    if (!isNonNullType(type)) {
      const write = this.#bareWriter(type, selections, owner);
      return (value, run) => {
        const start = out.length;
        if (value == null) out.null();
        else if (!write(value, run)) {
          out.length = start;
          out.null();
        }
        return true;
      };
    }
    const write = this.#bareWriter(type.ofType, selections, owner);
    const of = String(type.ofType);
    return (value, run) => {
      if (value != null) return write(value, run);
      return fail(run, `Cannot return null for non-nullable ${describe(run, owner, of)}.`);
    };
  }

  #bareWriter(type: GraphQLOutputType, selections: SelectionSetNode[], owner: string): Writer {
    if (isListType(type)) return listWriter(this.#typeWriter(type.ofType, selections, owner), owner);
    if (isCompositeType(type)) return this.#compositeWriter(type, selections, owner);
    const write = leafWriter(getNamedType(type) as Parameters<typeof leafWriter>[0]);
    const name = String(type);
    return (value, run) =>
      write(value, out) || fail(run, `Invalid value found for ${describe(run, owner, name)}.`);
  }

  /** Chooses the fields by the object's __typename; each possible type's fields are compiled when first met. */
  #compositeWriter(type: GraphQLCompositeType, selections: SelectionSetNode[], owner: string): Writer {
    const byTypename = new Map<string | undefined, Writer>();
    const writerFor = (typename: unknown): Writer | undefined => {
      const runtime = typename === undefined ? type : this.schema.getType(String(typename));
      if (!isCompositeType(runtime) || !this.#covers(type, runtime)) return undefined;
      const isUnknown =
        typename !== undefined && isAbstractType(runtime) && this.#isNarrowed(runtime, selections);
      const writer: Writer = isUnknown
        ? (_value, run) => failToTellType(run, runtime)
        : this.#fieldsWriter(runtime, selections);
      byTypename.set(typename as string | undefined, writer);
      return writer;
    };
    return (value, run) => {
      if (typeof value !== 'object' || Array.isArray(value))
        return fail(run, `Invalid value found for ${describe(run, owner, type.name)}.`);
      const typename = (value as JsonObject)['__typename'] as string | undefined;
      const write = byTypename.get(typename) ?? writerFor(typename);
      if (!write)
        return fail(run, `Invalid __typename found for object at ${describe(run, owner, type.name)}.`);
      return write(value, run);
    };
  }

  #fieldsWriter(type: GraphQLCompositeType, selections: SelectionSetNode[]): Writer {
    const fields: ShapedField[] = [];
    for (const [key, nodes] of this.#collect(type, selections)) {
      const prefix = Buffer.from(`${fields.length === 0 ? '{' : ','}"${key}":`);
      const source = this.names.dataKey(nodes[0]!);
      const write = this.#fieldWriter(type, nodes);
      fields.push({ key, prefix, source, inherited: isInheritedName(source), write });
    }
    if (fields.length === 0) return constant(EMPTY_OBJECT);
    const count = fields.length;
    return (value, run) => {
      const object = value as JsonObject;
      const depth = run.depth;
      run.depth = depth + 1;
      for (let index = 0; index < count; index++) {
        const field = fields[index]!;
        run.path[depth] = field.key;
        out.bytes(field.prefix);
        const isWritten = field.write(
          field.inherited ? getOwn(object, field.source) : object[field.source],
          run,
        );
        if (!isWritten) {
          run.depth = depth;
          return false;
        }
      }
      run.depth = depth;
      out.byte(OBJECT_END);
      return true;
    };
  }

  #fieldWriter(type: GraphQLCompositeType, nodes: FieldNode[]): Writer {
    const name = nodes[0]!.name.value;
    if (name === '__typename') {
      if (isObjectType(type)) return constant(Buffer.from(`"${type.name}"`));
      // An interface object's own __typename is its interface; the planner has another subgraph tell the real one.
      return (value, run) => {
        if (typeof value !== 'string' || !isObjectType(this.schema.getType(value)))
          return failToTellType(run, type);
        out.text(quote(value));
        return true;
      };
    }
    if (isIntrospection(nodes[0]!) && type === this.schema.getQueryType())
      return (_value, run) => {
        out.text(run.introspect(nodes));
        return true;
      };
    const definition = 'getFields' in type ? type.getFields()[name] : undefined;
    // Validation has made sure of the field; only an object of an undeclared type could lack it.
    if (!definition) return constant(Buffer.from('null'));
    const selections = nodes.flatMap((node) => (node.selectionSet ? [node.selectionSet] : []));
    return this.#typeWriter(definition.type, selections, `${type.name}.${name}`);
  }

  /** The fields that apply to a type, by response name, in the order the specification gives. */
  #collect(type: GraphQLCompositeType, selections: SelectionSetNode[]): Map<string, FieldNode[]> {
    const grouped = new Map<string, FieldNode[]>();
    const seen = new Set<string>();
    const visit = (set: SelectionSetNode): void => {
      for (const selection of set.selections) {
        if (!isConditionMet(selection, this.conditions)) continue;
        if (selection.kind === 'Field') {
          const key = selection.alias?.value ?? selection.name.value;
          const nodes = grouped.get(key);
          if (nodes) nodes.push(selection);
          else grouped.set(key, [selection]);
        } else if (selection.kind === 'InlineFragment') {
          if (this.#applies(selection.typeCondition?.name.value, type)) visit(selection.selectionSet);
        } else if (!seen.has(selection.name.value)) {
          seen.add(selection.name.value);
          const fragment = this.fragments.get(selection.name.value);
          if (fragment && this.#applies(fragment.typeCondition.name.value, type))
            visit(fragment.selectionSet);
        }
      }
    };
    for (const set of selections) visit(set);
    return grouped;
  }

  /** Whether some fields are for objects of some types only, so that an object whose type is unknown has no answer. */
  #isNarrowed(type: GraphQLAbstractType, selections: readonly SelectionSetNode[]): boolean {
    return selections.some(({ selections: all }) =>
      all.some((selection) => {
        if (selection.kind === 'Field' || !isConditionMet(selection, this.conditions)) return false;
        const fragment =
          selection.kind === 'InlineFragment' ? selection : this.fragments.get(selection.name.value)!;
        const condition = fragment.typeCondition?.name.value;
        if (this.#applies(condition, type)) return this.#isNarrowed(type, [fragment.selectionSet]);
        const other = this.schema.getType(condition!);
        return isCompositeType(other) && doTypesOverlap(this.schema, type, other);
      }),
    );
  }

  #applies(condition: string | undefined, type: GraphQLCompositeType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const conditionType = this.schema.getType(condition);
    return isCompositeType(conditionType) && this.#covers(conditionType, type);
  }

  /** Whether every object of `narrow` is one of `wide`. An interface object may stand for its interface itself. */
  #covers(wide: GraphQLCompositeType, narrow: GraphQLCompositeType): boolean {
    if (wide === narrow) return true;
    return (
      isAbstractType(wide) &&
      (isObjectType(narrow) || isInterfaceType(narrow)) &&
      this.schema.isSubType(wide, narrow)
    );
  }
}

function listWriter(write: Writer, owner: string): Writer {
  return (value, run) => {
    if (!Array.isArray(value)) return fail(run, `Invalid non-list value found for field ${owner}.`);
    if (value.length === 0) {
      out.bytes(EMPTY_LIST);
      return true;
    }
    const depth = run.depth;
    run.depth = depth + 1;
    let isBroken = false;
    for (let index = 0; index < value.length; index++) {
      run.path[depth] = index;
      out.byte(index === 0 ? LIST_BEGIN : COMMA);
      if (!write(value[index], run)) isBroken = true;
    }
    run.depth = depth;
    out.byte(LIST_END);
    return !isBroken;
  };
}

function constant(text: Uint8Array): Writer {
  return () => {
    out.bytes(text);
    return true;
  };
}

function failToTellType(run: ShapeRun, type: GraphQLCompositeType): false {
  return fail(run, `Cannot tell the type of an object of the abstract type ${type.name}.`);
}

function fail(run: ShapeRun, message: string): false {
  run.errors.push({ message, path: run.path.slice(0, run.depth) });
  return false;
}

/** "field User.name", or within a list "array element of type String! at index 2". */
function describe(run: ShapeRun, owner: string, type: string): string {
  const last = run.path[run.depth - 1];
  return typeof last === 'number' ? `array element of type ${type} at index ${last}` : `field ${owner}`;
}
