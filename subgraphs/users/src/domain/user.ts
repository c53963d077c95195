import type { Role, SecurityEventType } from '../generated/graphql.js';

export interface User {
  readonly id: string;
  /** Unique. */
  readonly email: string;
  /**
   * What the address is compared by, unique; null for an account that an older version made beside another one with the
   * same key. It is found by its exact address.
   */
  readonly emailKey: string | null;
  readonly name: string;
  readonly role: Role;
  readonly isActive: boolean;
  /** A PHC string. */
  readonly passwordHash: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Hash of the idempotency key of the registration. */
  readonly registrationKey: Buffer | null;
  /**
   * How often the rights of this user have changed: access tokens carry it, and those that carry a smaller number than
   * the last one are refused everywhere.
   */
  readonly tokenEpoch: number;
  /** How many events this user has had: the `sequence` of the last one. */
  readonly eventCount: number;
}

/** An entry of the audit trail. */
export interface SecurityEvent {
  readonly id: string;
  /** Null where the address that was given belongs to nobody. */
  readonly userId: string | null;
  readonly type: SecurityEventType;
  readonly occurredAt: Date;
  /** Who did it; null where nobody was signed in. */
  readonly actorId: string | null;
  readonly sessionId: string | null;
  readonly address: string | null;
  readonly userAgent: string | null;
}

/** Where a request came from, as far as the gateway could tell. */
export interface Origin {
  readonly address: string | null;
  readonly userAgent: string | null;
}

/** Another user has the address; the store tells, since two may ask for it at once. */
export class EmailTakenError extends Error {
  override readonly name = 'EmailTakenError';
}
