import { GraphQLError } from 'graphql';
import type { PublicErrorCode } from './error-codes.js';

/** A top-level GraphQL error whose message clients may see. */
export class PublicError extends GraphQLError {
  constructor(code: PublicErrorCode, message: string, extensions: Record<string, unknown> = {}) {
    super(message, { extensions: { ...extensions, code } });
    this.name = 'PublicError';
  }
}
