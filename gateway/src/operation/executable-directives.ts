import { executableDirectiveLocations } from '@apollo/federation-internals';
import {
  astFromValue,
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLDirective,
  type GraphQLSchema,
  isSpecifiedDirective,
  Kind,
  valueFromASTUntyped,
  visit,
} from 'graphql';

const EXECUTABLE: ReadonlySet<string> = new Set(executableDirectiveLocations);

/**
 * The supergraph without the @link of directives that clients may write in operations. Apollo takes whatever is
 * linked for the gateway's own and leaves it out of the API schema, so that one composed by @composeDirective would
 * be unknown to clients, though one that all subgraphs define without it is not.
 */
export function withoutLinksOfExecutableDirectives(supergraph: DocumentNode): DocumentNode {
  const executable = new Set(
    supergraph.definitions.flatMap((one) =>
      one.kind === Kind.DIRECTIVE_DEFINITION && one.locations.some(({ value }) => EXECUTABLE.has(value))
        ? [`@${one.name.value}`]
        : [],
    ),
  );
  if (executable.size === 0) return supergraph;
  const isKept = (directive: ConstDirectiveNode): boolean => {
    const names = importedNames(directive);
    return names.length === 0 || !names.every((name) => executable.has(name));
  };
  return {
    ...supergraph,
    definitions: supergraph.definitions.map((one) =>
      one.kind === Kind.SCHEMA_DEFINITION && one.directives
        ? { ...one, directives: one.directives.filter(isKept) }
        : one,
    ),
  };
}

/** The names that a @link brings in, as they are in this schema. */
function importedNames(link: ConstDirectiveNode): string[] {
  if (link.name.value !== 'link') return [];
  const list = link.arguments?.find(({ name }) => name.value === 'import')?.value;
  const imports = list ? (valueFromASTUntyped(list) as (string | { name: string; as?: string })[]) : [];
  return imports.map((one) => (typeof one === 'string' ? one : (one.as ?? one.name)));
}

/**
 * Writes out the defaults of custom directives in operations: a subgraph may have another default than the
 * supergraph, or none and insist on the argument.
 */
export class DirectiveDefaults {
  readonly #directives: ReadonlyMap<string, GraphQLDirective>;

  constructor(schema: GraphQLSchema) {
    this.#directives = new Map(
      schema
        .getDirectives()
        .filter(
          (one) =>
            !isSpecifiedDirective(one) &&
            one.locations.some((location) => EXECUTABLE.has(location)) &&
            one.args.some(({ defaultValue }) => defaultValue !== undefined),
        )
        .map((one) => [one.name, one]),
    );
  }

  writeOut(document: DocumentNode): DocumentNode {
    if (this.#directives.size === 0) return document;
    return visit(document, {
      Directive: (node) => {
        const given = new Set(node.arguments?.map(({ name }) => name.value));
        const missing = (this.#directives.get(node.name.value)?.args ?? []).flatMap((argument) => {
          if (given.has(argument.name) || argument.defaultValue === undefined) return [];
          const value = astFromValue(argument.defaultValue, argument.type);
          const name = { kind: Kind.NAME, value: argument.name } as const;
          return value ? [{ kind: Kind.ARGUMENT, name, value } as const] : [];
        });
        return missing.length > 0
          ? { ...node, arguments: [...(node.arguments ?? []), ...missing] }
          : undefined;
      },
    });
  }
}
