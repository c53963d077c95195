import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { type ConstDirectiveNode, type FieldDefinitionNode, Kind, parse } from 'graphql';

const root = new URL('../../', import.meta.url);

/** Roles that `@access` names; undefined without the directive. */
function rolesOf(directives: readonly ConstDirectiveNode[] = []): string[] | undefined {
  const value = directives.find(({ name }) => name.value === 'access')?.arguments?.[0]?.value;
  if (value?.kind !== Kind.LIST) return undefined;
  return value.values.flatMap((role) => (role.kind === Kind.ENUM ? [role.value] : []));
}

const isForStaff = (roles: readonly string[] | undefined): boolean =>
  roles !== undefined && roles.every((role) => ['ADMIN', 'SERVICE'].includes(role));

function namedTypeOf({ type }: FieldDefinitionNode): string {
  let inner = type;
  while (inner.kind !== Kind.NAMED_TYPE) inner = inner.type;
  return inner.name.value;
}

describe('the schema of each subgraph', () => {
  it.each(readdirSync(new URL('subgraphs', root)))(
    '%s should let what only staff may read be null',
    (name) => {
      const { definitions } = parse(readFileSync(new URL(`subgraphs/${name}/schema.graphql`, root), 'utf8'));
      const types = definitions.filter((definition) => definition.kind === Kind.OBJECT_TYPE_DEFINITION);
      const staffTypes = new Set(
        types.filter(({ directives }) => isForStaff(rolesOf(directives))).map((type) => type.name.value),
      );
      const isRefused = (field: FieldDefinitionNode) =>
        isForStaff(rolesOf(field.directives)) || staffTypes.has(namedTypeOf(field));
      // Types that only reach each other through staff-only fields are not checked.
      const open = new Set(
        types.filter(
          ({ name: { value }, directives }) =>
            ['Query', 'Subscription'].includes(value) || directives?.some((one) => one.name.value === 'key'),
        ),
      );
      for (const type of open) {
        for (const field of (type.fields ?? []).filter((each) => !isRefused(each))) {
          const target = types.find((each) => each.name.value === namedTypeOf(field));
          if (target) open.add(target);
        }
      }
      // A refused non-null field removes the object around it, including what everyone may read.
      const fatal = [...open]
        .filter((type) => !staffTypes.has(type.name.value))
        .flatMap((type) =>
          (type.fields ?? [])
            .filter((field) => field.type.kind === Kind.NON_NULL_TYPE && isRefused(field))
            .map((field) => `${type.name.value}.${field.name.value}`),
        );
      expect(fatal).toEqual([]);
    },
  );
});
