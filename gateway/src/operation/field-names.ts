import { createHash } from 'node:crypto';
import { type DocumentNode, type FieldNode, print, visit } from 'graphql';

const PREFIX = '_client_';
/** The planner's own aliases, for fields of one name that cannot be selected side by side. */
const PLANNERS_OWN = /__alias_\d+$/;

/**
 * The name that a client's field has in plans, in requests and in the data, which is the client's own name wherever
 * that cannot be mistaken for something else. The planner fills keys and requirements from the names `id` or `price`,
 * whatever a client calls `id` or `price`: such fields get a name that only clients' fields have.
 */
export class FieldNames {
  constructor(
    /** Names of fields in keys and requirements. */
    private readonly reserved: ReadonlySet<string>,
    /** Those that some @requires gives arguments. */
    private readonly withArguments: ReadonlySet<string>,
    /**
     * Where fields of several types may meet: the names of those that are moved out of their fragments, if any. Other names
     * then tell field and arguments too.
     */
    readonly moved?: ReadonlySet<string>,
  ) {}

  /** The same for an operation of which these fields are moved. */
  withMoved(fields: readonly FieldNode[]): FieldNames {
    const renamed = this.withMovedNames(new Set());
    return this.withMovedNames(new Set(fields.map((one) => renamed.dataKey(one))));
  }

  withMovedNames(moved: ReadonlySet<string>): FieldNames {
    return new FieldNames(this.reserved, this.withArguments, moved);
  }

  dataKey(node: FieldNode): string {
    const name = node.name.value;
    if (name === '__typename') return name;
    const hasArguments = (node.arguments?.length ?? 0) > 0;
    const isPlain = !hasArguments && !this.withArguments.has(name) && !name.startsWith(PREFIX);
    const key = node.alias?.value ?? name;
    if (isPlain && key === name) return key;
    if (this.moved) return `${PREFIX}${key}_${name}_${argumentsKey(node)}`;
    return this.#isTaken(key) ? PREFIX + key : key;
  }

  #isTaken(key: string): boolean {
    return this.reserved.has(key) || key.startsWith(PREFIX) || key === '__typename' || PLANNERS_OWN.test(key);
  }
}

/**
 * Whether a name in the answer stands for several fields, or for one with different arguments: allowed in fragments for
 * different types. A subgraph that has these types as one @interfaceObject gets them in one selection, where the planner
 * keeps only one of the fields.
 */
export function usesNamesTwice(document: DocumentNode): boolean {
  const meanings = new Map<string, string>();
  let isFound = false;
  visit(document, {
    Field(node) {
      const key = node.alias?.value ?? node.name.value;
      const meaning = `${node.name.value} ${argumentsKey(node)}`;
      if ((meanings.get(key) ?? meaning) !== meaning) isFound = true;
      meanings.set(key, meaning);
    },
  });
  return isFound;
}

/** Equal for equal arguments, and fit for a name. */
function argumentsKey({ arguments: given = [] }: FieldNode): string {
  const text = given
    .map((one) => print(one))
    .sort()
    .join();
  return text === '' ? '' : createHash('sha256').update(text).digest('hex').slice(0, 16);
}
