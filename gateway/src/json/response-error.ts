import type { GraphQLFormattedError } from 'graphql';

/** An error as it goes into an answer. */
export type ResponseError = GraphQLFormattedError;
