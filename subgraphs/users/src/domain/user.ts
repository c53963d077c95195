import type { Role, SecurityEventType } from '../generated/graphql.js';
import type { EmailAddress } from './email.js';

export interface User {
  readonly id: string;
  /** Unique. */
  readonly email: string;
  /**
   * What the address is compared by; unique. Null for an account of an older version whose key belongs to another account:
   * such an account is found by its exact address.
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
   * How often the rights of this user have changed. Access tokens carry the number; those with a smaller one are refused
   * everywhere.
   */
  readonly tokenEpoch: number;
  /** How many events this user has had: the `sequence` of the last one. */
  readonly eventCount: number;
}

/** An account that has just been created. */
export function createUser(
  account: Pick<User, 'id' | 'name' | 'role' | 'passwordHash'> & {
    readonly email: Pick<EmailAddress, 'address' | 'key'>;
    readonly registrationKey?: Buffer | null;
  },
  now: Date,
): User {
  const { email, registrationKey = null, ...rest } = account;
  return {
    ...rest,
    email: email.address,
    emailKey: email.key,
    registrationKey,
    tokenEpoch: 0,
    isActive: true,
    createdAt: now,
    updatedAt: now,
    eventCount: 0,
  };
}

/** An entry of the audit trail. */
export interface SecurityEvent {
  readonly id: string;
  /** Null if no account has the address that was entered. */
  readonly userId: string | null;
  readonly type: SecurityEventType;
  readonly occurredAt: Date;
  /** The user who did it; null if the request was not signed in. */
  readonly actorId: string | null;
  readonly sessionId: string | null;
  readonly address: string | null;
  readonly userAgent: string | null;
}

/** Where a request came from, as reported by the gateway. */
export interface Origin {
  readonly address: string | null;
  readonly userAgent: string | null;
}

/** Another user has the address. The store decides, since two users may want it at the same time. */
export class EmailTakenError extends Error {
  override readonly name = 'EmailTakenError';
}
