import {
  getNullableType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
} from 'graphql';
import type { JsonObject } from '../json/json.js';

/** Whether a value is one that clients must not see. */
export type Hides = (value: unknown) => boolean;

/**
 * Enum values and object types that are @inaccessible: subgraphs may answer with them, and to clients they are
 * null. That is no fault of anybody, and an error would tell that there is something to hide.
 */
export class Hidden {
  readonly #byType = new Map<string, Hides>();

  constructor(api: GraphQLSchema, supergraph: GraphQLSchema) {
    for (const type of Object.values(supergraph.getTypeMap())) {
      const visible = api.getType(type.name);
      if (isEnumType(type) && isEnumType(visible)) {
        const hidden = new Set<unknown>();
        for (const { name } of type.getValues()) if (!visible.getValue(name)) hidden.add(name);
        if (hidden.size > 0) this.#byType.set(type.name, (value) => hidden.has(value));
      } else if (isAbstractType(type) && isAbstractType(visible)) {
        const hidden = new Set<unknown>();
        for (const { name } of supergraph.getPossibleTypes(type)) if (!api.getType(name)) hidden.add(name);
        if (hidden.size > 0)
          this.#byType.set(type.name, (value) => hidden.has((value as JsonObject | null)?.['__typename']));
      }
    }
  }

  /** Undefined where the type, which may be a list's item but no list, has nothing hidden. */
  in(type: GraphQLOutputType): Hides | undefined {
    return this.#byType.get(String(getNullableType(type)));
  }
}
