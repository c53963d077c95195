import { GraphQLError, GraphQLScalarType, Kind, print, type ValueNode } from 'graphql';
import { GraphQLDateTimeISO, GraphQLURL } from 'graphql-scalars';

const DECIMAL = /^-?\d{1,15}(\.\d{1,15})?$/;

/** What arrived, for a person: `the number 12`, `"12,50"`. */
function describeValue(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return `the ${typeof value === 'boolean' ? 'boolean' : 'number'} ${value}`;
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function describeLiteral(node: ValueNode): string {
  const text = print(node).slice(0, 60);
  switch (node.kind) {
    case Kind.INT:
    case Kind.FLOAT:
      return `the number ${text}`;
    case Kind.BOOLEAN:
      return `the boolean ${text}`;
    default:
      return text;
  }
}

/** A scalar whose input is text, whether it comes as a literal or in a variable. */
function textScalar<Internal, External>(options: {
  readonly name: string;
  readonly description: string;
  /** For messages. */
  readonly example: string;
  /** Throws anything if the text is none. */
  readonly parse: (text: string) => Internal;
  readonly serialize: (value: unknown) => External;
}): GraphQLScalarType<Internal, External> {
  const { name, description, example, parse, serialize } = options;
  const refuse = (got: string, nodes?: ValueNode) =>
    new GraphQLError(`${name}: expected a string such as ${JSON.stringify(example)}, got ${got}.`, {
      ...(nodes && { nodes }),
      extensions: { code: 'BAD_USER_INPUT' },
    });
  const read = (text: string, nodes?: ValueNode): Internal => {
    try {
      return parse(text);
    } catch {
      throw refuse(describeValue(text), nodes);
    }
  };
  return new GraphQLScalarType<Internal, External>({
    name,
    description,
    serialize,
    parseValue(value) {
      if (typeof value !== 'string') throw refuse(describeValue(value));
      return read(value);
    },
    parseLiteral(node) {
      if (node.kind !== Kind.STRING) throw refuse(describeLiteral(node), node);
      return read(node.value, node);
    },
  });
}

function readDecimal(text: unknown): string {
  if (typeof text !== 'string' || !DECIMAL.test(text))
    throw new TypeError(`Not a decimal: ${describeValue(text)}`);
  return text;
}

const GraphQLDecimal = textScalar({
  name: 'Decimal',
  description: 'A decimal number as a string, e.g. "12.50": JSON numbers would lose digits.',
  example: '12.50',
  parse: readDecimal,
  serialize: readDecimal,
});

const GraphQLCountryCode = textScalar({
  name: 'CountryCode',
  description: 'A country by its ISO 3166-1 alpha-2 code, such as "DE".',
  example: 'DE',
  parse(text) {
    if (!/^[A-Za-z]{2}$/.test(text)) throw new TypeError('Not a country code');
    return text.toUpperCase();
  },
  serialize: String,
});

const GraphQLDateTime = textScalar({
  name: 'DateTime',
  description: 'A moment, as ISO 8601 in UTC.',
  example: '2026-03-14T15:09:26.535Z',
  parse: (text) => GraphQLDateTimeISO.parseValue(text),
  serialize: (value) => GraphQLDateTimeISO.serialize(value),
});

const GraphQLAbsoluteURL = textScalar({
  name: 'URL',
  description: 'An absolute URL.',
  example: 'https://example.com/mug.jpg',
  parse: (text) => GraphQLURL.parseValue(text) as URL,
  serialize: (value) => GraphQLURL.serialize(value),
});

/** Resolvers of the scalars every subgraph may declare. */
export const scalarResolvers = {
  DateTime: GraphQLDateTime,
  URL: GraphQLAbsoluteURL,
  CountryCode: GraphQLCountryCode,
  Decimal: GraphQLDecimal,
};
