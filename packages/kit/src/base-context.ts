import type { BaseContext } from '@apollo/server';
import type { Identity } from './identity.js';

/** What every resolver of every subgraph can rely on. */
export interface BaseGraphQLContext extends BaseContext {
  readonly identity: Identity;
  /** The client's address as the gateway saw it. */
  readonly clientAddress: string | null;
  readonly userAgent: string | null;
}
