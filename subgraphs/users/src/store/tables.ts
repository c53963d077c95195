import type { Revocation } from '@cartograph/kit';
import { EntitySchema } from 'typeorm';
import type { OneTimeToken } from '../domain/one-time-token.js';
import type { RefreshToken, Session } from '../domain/session.js';
import type { SigningKey } from '../domain/signing-key.js';
import type { SecurityEvent, User } from '../domain/user.js';

/** `searchText` is name and e-mail address, folded for the search. */
export type UserRow = User & { readonly searchText: string };

export interface RevocationRow {
  readonly position: string;
  readonly entry: Revocation;
  readonly createdAt: Date;
  readonly endsAt: Date;
  readonly sentAt: Date | null;
}

/** A task that runs once in the life of a shop. */
export interface DoneOnceRow {
  readonly what: string;
  readonly at: Date;
}

const timestamp = { type: 'timestamptz' } as const;
const origin = {
  address: { type: 'text', nullable: true },
  userAgent: { name: 'user_agent', type: 'text', nullable: true },
} as const;

export const UserTable = new EntitySchema<UserRow>({
  name: 'users',
  columns: {
    id: { type: 'uuid', primary: true },
    email: { type: 'text' },
    emailKey: { name: 'email_key', type: 'text', nullable: true },
    name: { type: 'text' },
    role: { type: 'text' },
    isActive: { name: 'is_active', type: 'boolean' },
    passwordHash: { name: 'password_hash', type: 'text' },
    createdAt: { ...timestamp, name: 'created_at' },
    updatedAt: { ...timestamp, name: 'updated_at' },
    registrationKey: { name: 'registration_key', type: 'bytea', nullable: true },
    tokenEpoch: { name: 'token_epoch', type: 'int', default: 0 },
    eventCount: { name: 'event_count', type: 'int' },
    searchText: { name: 'search_text', type: 'text', select: false },
  },
});

export const SessionTable = new EntitySchema<Session>({
  name: 'sessions',
  columns: {
    id: { type: 'uuid', primary: true },
    userId: { name: 'user_id', type: 'uuid' },
    ...origin,
    createdAt: { ...timestamp, name: 'created_at' },
    lastUsedAt: { ...timestamp, name: 'last_used_at' },
    expiresAt: { ...timestamp, name: 'expires_at' },
    revokedAt: { ...timestamp, name: 'revoked_at', nullable: true },
  },
});

export const RefreshTokenTable = new EntitySchema<RefreshToken>({
  name: 'refresh_tokens',
  columns: {
    hash: { type: 'bytea', primary: true },
    sessionId: { name: 'session_id', type: 'uuid' },
    createdAt: { ...timestamp, name: 'created_at' },
    expiresAt: { ...timestamp, name: 'expires_at' },
    usedAt: { ...timestamp, name: 'used_at', nullable: true },
  },
});

export const OneTimeTokenTable = new EntitySchema<OneTimeToken>({
  name: 'one_time_tokens',
  columns: {
    hash: { type: 'bytea', primary: true },
    userId: { name: 'user_id', type: 'uuid' },
    purpose: { type: 'text' },
    newEmail: { name: 'new_email', type: 'text', nullable: true },
    createdAt: { ...timestamp, name: 'created_at' },
    expiresAt: { ...timestamp, name: 'expires_at' },
  },
});

export const SecurityEventTable = new EntitySchema<SecurityEvent>({
  name: 'security_events',
  columns: {
    id: { type: 'uuid', primary: true },
    userId: { name: 'user_id', type: 'uuid', nullable: true },
    type: { type: 'text' },
    occurredAt: { ...timestamp, name: 'occurred_at' },
    actorId: { name: 'actor_id', type: 'uuid', nullable: true },
    sessionId: { name: 'session_id', type: 'uuid', nullable: true },
    ...origin,
  },
});

export const SigningKeyTable = new EntitySchema<SigningKey>({
  name: 'signing_keys',
  columns: {
    id: { type: 'text', primary: true },
    publicJwk: { name: 'public_jwk', type: 'jsonb' },
    sealedPrivateKey: { name: 'sealed_private_key', type: 'bytea' },
    createdAt: { ...timestamp, name: 'created_at' },
    activeFrom: { ...timestamp, name: 'active_from' },
    retiresAt: { ...timestamp, name: 'retires_at', nullable: true },
  },
});

export const RevocationTable = new EntitySchema<RevocationRow>({
  name: 'revocations',
  columns: {
    position: { type: 'bigint', primary: true, generated: 'increment' },
    entry: { type: 'jsonb' },
    createdAt: { ...timestamp, name: 'created_at' },
    endsAt: { ...timestamp, name: 'ends_at' },
    sentAt: { ...timestamp, name: 'sent_at', nullable: true },
  },
});

export const DoneOnceTable = new EntitySchema<DoneOnceRow>({
  name: 'done_once',
  columns: {
    what: { type: 'text', primary: true },
    at: { ...timestamp },
  },
});

export const tables = [
  UserTable,
  SessionTable,
  RefreshTokenTable,
  OneTimeTokenTable,
  SecurityEventTable,
  SigningKeyTable,
  RevocationTable,
  DoneOnceTable,
];
