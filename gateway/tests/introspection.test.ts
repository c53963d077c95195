import { describe, expect, it } from '@jest/globals';
import { buildClientSchema, getIntrospectionQuery, graphqlSync, type IntrospectionQuery } from 'graphql';
import { type GraphQLResult } from './support/gateway.js';
import { over } from './support/supergraph.js';

describe('introspection', () => {
  const world = over([
    {
      name: 'a',
      typeDefs:
        'type Query { self: Query selves: [Query] n(x: In, old: Int @deprecated): Int } type Mutation { query: Query } input In { a: Int = 1 old: Int @deprecated } scalar S @specifiedBy(url: "https://example.com")',
      resolvers: { Query: { self: () => ({}), selves: () => [{}, {}] }, Mutation: { query: () => ({}) } },
    },
  ]);

  it.each([
    [
      '{ self { __schema { queryType { name } } } }',
      { self: { __schema: { queryType: { name: 'Query' } } } },
    ],
    [
      '{ selves { x: __type(name: "In") { name } } }',
      { selves: [{ x: { name: 'In' } }, { x: { name: 'In' } }] },
    ],
    [
      '{ self { self { ...F n } } } fragment F on Query { __type(name: "Query") { ...T } } fragment T on __Type { kind }',
      { self: { self: { __type: { kind: 'OBJECT' }, n: null } } },
    ],
    ['mutation { query { __type(name: "In") { name } } }', { query: { __type: { name: 'In' } } }],
    [
      'query ($t: String = "In", $no: Boolean = false) { self { __type(name: $t) { name kind @include(if: $no) } } }',
      { self: { __type: { name: 'In' } } },
    ],
  ])('is answered on any object of the query type: %s', async (query, data) => {
    expect(await world().query(query)).toEqual({ data });
  });

  it('answers whatever it lists, in the form of the specification of September 2025', async () => {
    const listed = (await world().query(
      '{ __schema { types { name fields(includeDeprecated: true) { name args(includeDeprecated: true) { name } type { ...T } } } } } fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }',
    )) as GraphQLResult & { data: { __schema: { types: Listed[] } } };
    const types = listed.data.__schema.types.filter(({ name }) => name.startsWith('__'));
    expect(types.map(({ name }) => name)).toContain('__Directive');
    for (const { name, fields } of types) {
      if (!fields) continue;
      const selected = fields.map(
        (field) => `${field.name}${isComposite(field.type) ? ' { __typename }' : ''}`,
      );
      const query = `{ ${WAYS[name]!.replace('%', selected.join(' '))} }`;
      expect({ query, errors: (await world().query(query)).errors }).toEqual({ query, errors: undefined });
    }
    const names = types.find(({ name }) => name === '__Type')!.fields!.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['isOneOf', 'specifiedByURL', 'inputFields']));
  });

  it('gives what graphql-js gives for the same schema', async () => {
    const query = getIntrospectionQuery({
      inputValueDeprecation: true,
      specifiedByUrl: true,
      oneOf: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
    });
    const { data } = await world().query(query);
    const schema = buildClientSchema(data as unknown as IntrospectionQuery);
    expect(data).toEqual(JSON.parse(JSON.stringify(graphqlSync({ schema, source: query }).data)));
  });
});

interface Listed {
  name: string;
  fields: { name: string; type: ListedType }[] | null;
}
interface ListedType {
  kind: string;
  ofType?: ListedType;
}
const isComposite = (type: ListedType): boolean =>
  type.ofType ? isComposite(type.ofType) : type.kind === 'OBJECT';
/** How to get to an object of each type of introspection. */
const WAYS: Record<string, string> = {
  __Schema: '__schema { % }',
  __Type: '__type(name: "Query") { % }',
  __Field: '__type(name: "Query") { fields { % } }',
  __InputValue: '__type(name: "In") { inputFields { % } }',
  __EnumValue: '__type(name: "__TypeKind") { enumValues { % } }',
  __Directive: '__schema { directives { % } }',
};
