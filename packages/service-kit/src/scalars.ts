import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTimeISO, GraphQLURL } from 'graphql-scalars';

const DECIMAL = /^-?\d{1,15}(\.\d{1,15})?$/;

function readDecimal(value: unknown): string {
  if (typeof value !== 'string' || !DECIMAL.test(value)) {
    throw new GraphQLError(
      `Decimal must be a string like "12.50", got ${JSON.stringify(value)?.slice(0, 60) ?? 'nothing'}.`,
      {
        extensions: { code: 'BAD_USER_INPUT' },
      },
    );
  }
  return value;
}

const GraphQLDecimal = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  description: 'A decimal number as a string, e.g. "12.50": JSON numbers would lose digits.',
  serialize: readDecimal,
  parseValue: readDecimal,
  parseLiteral: (node) => readDecimal(node.kind === Kind.STRING ? node.value : undefined),
});

/** Resolvers of the scalars every subgraph may declare. */
export const scalarResolvers = { DateTime: GraphQLDateTimeISO, URL: GraphQLURL, Decimal: GraphQLDecimal };
