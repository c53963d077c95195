import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  buildASTSchema,
  getNamedType,
  isInputObjectType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  parse,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

export const readSchema = (path: string): GraphQLSchema =>
  buildASTSchema(parse(readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')), {
    assumeValidSDL: true,
  });

const leaves: Readonly<Record<string, unknown>> = {
  ID: 'none',
  String: '',
  Boolean: true,
  Int: 1,
  CountryCode: 'DE',
  Decimal: '1.00',
  URL: 'https://example.com/',
};

/** A value that is read without a fault and does nothing. */
function idle(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return idle(type.ofType);
  if (isListType(type)) return [];
  if (isInputObjectType(type))
    return Object.fromEntries(
      Object.values(type.getFields())
        // `logout` without a token ends the caller's own session.
        .filter((field) => isNonNullType(field.type) || field.name === 'refreshToken')
        .map((field) => [field.name, idle(field.type)]),
    );
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (!(type.name in leaves)) throw new Error(`Say in schema-walk.ts what an idle ${type.name} is.`);
  return leaves[type.name];
}

export interface Call {
  /** `($id: ID!)`, or nothing. */
  readonly declared: string;
  /** The field with its arguments and the shortest selection. */
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The shortest valid way to ask for a field. `given` are values for arguments by name; all others are idle. */
export function callOf(
  field: GraphQLField<unknown, unknown>,
  given: Readonly<Record<string, unknown>> = {},
): Call {
  const args = field.args.filter(({ name, type }) => name in given || isNonNullType(type));
  const declared = args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const passed = args.map(({ name }) => `${name}: $${name}`).join(', ');
  return {
    declared: declared && `(${declared})`,
    text: `${field.name}${passed && `(${passed})`} ${isLeafType(getNamedType(field.type)) ? '' : '{ __typename }'}`,
    variables: Object.fromEntries(args.map(({ name, type }) => [name, given[name] ?? idle(type)])),
  };
}

export const objectTypes = (schema: GraphQLSchema): GraphQLObjectType[] =>
  Object.values(schema.getTypeMap()).filter(
    (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
  );

export const hasDirective = (
  node: GraphQLObjectType | GraphQLField<unknown, unknown>,
  directive: string,
): boolean => node.astNode?.directives?.some(({ name }) => name.value === directive) ?? false;
