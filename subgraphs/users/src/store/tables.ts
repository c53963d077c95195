import { EntitySchema } from 'typeorm';
import type { RefreshToken, Session } from '../domain/session.js';
import type { SigningKey } from '../domain/signing-key.js';
import type { SecurityEvent, User } from '../domain/user.js';
import type { OneTimeToken } from '../domain/one-time-token.js';

/** `searchText` is name and e-mail address, folded for an admin's search. */
export type UserRow = User & { readonly searchText: string };

const moment = { type: 'timestamptz' } as const;
const origin = {
  address: { type: 'text', nullable: true },
  userAgent: { name: 'user_agent', type: 'text', nullable: true },
} as const;

export const users = new EntitySchema<UserRow>({
  name: 'users',
  columns: {
    id: { type: 'uuid', primary: true },
    email: { type: 'text' },
    emailKey: { name: 'email_key', type: 'text', nullable: true },
    name: { type: 'text' },
    role: { type: 'text' },
    isActive: { name: 'is_active', type: 'boolean' },
    passwordHash: { name: 'password_hash', type: 'text' },
    createdAt: { ...moment, name: 'created_at' },
    updatedAt: { ...moment, name: 'updated_at' },
    registrationKey: { name: 'registration_key', type: 'bytea', nullable: true },
    tokenEpoch: { name: 'token_epoch', type: 'int', default: 0 },
    eventCount: { name: 'event_count', type: 'int' },
    searchText: { name: 'search_text', type: 'text', select: false },
  },
});

export const sessions = new EntitySchema<Session>({
  name: 'sessions',
  columns: {
    id: { type: 'uuid', primary: true },
    userId: { name: 'user_id', type: 'uuid' },
    ...origin,
    createdAt: { ...moment, name: 'created_at' },
    lastUsedAt: { ...moment, name: 'last_used_at' },
    expiresAt: { ...moment, name: 'expires_at' },
    revokedAt: { ...moment, name: 'revoked_at', nullable: true },
  },
});

export const refreshTokens = new EntitySchema<RefreshToken>({
  name: 'refresh_tokens',
  columns: {
    hash: { type: 'bytea', primary: true },
    sessionId: { name: 'session_id', type: 'uuid' },
    createdAt: { ...moment, name: 'created_at' },
    expiresAt: { ...moment, name: 'expires_at' },
    usedAt: { ...moment, name: 'used_at', nullable: true },
  },
});

export const oneTimeTokens = new EntitySchema<OneTimeToken>({
  name: 'one_time_tokens',
  columns: {
    hash: { type: 'bytea', primary: true },
    userId: { name: 'user_id', type: 'uuid' },
    purpose: { type: 'text' },
    newEmail: { name: 'new_email', type: 'text', nullable: true },
    createdAt: { ...moment, name: 'created_at' },
    expiresAt: { ...moment, name: 'expires_at' },
  },
});

export const securityEvents = new EntitySchema<SecurityEvent>({
  name: 'security_events',
  columns: {
    id: { type: 'uuid', primary: true },
    userId: { name: 'user_id', type: 'uuid', nullable: true },
    type: { type: 'text' },
    occurredAt: { ...moment, name: 'occurred_at' },
    actorId: { name: 'actor_id', type: 'uuid', nullable: true },
    sessionId: { name: 'session_id', type: 'uuid', nullable: true },
    ...origin,
  },
});

export const signingKeys = new EntitySchema<SigningKey>({
  name: 'signing_keys',
  columns: {
    id: { type: 'text', primary: true },
    publicJwk: { name: 'public_jwk', type: 'jsonb' },
    sealedPrivateKey: { name: 'sealed_private_key', type: 'bytea' },
    createdAt: { ...moment, name: 'created_at' },
    activeFrom: { ...moment, name: 'active_from' },
    retiresAt: { ...moment, name: 'retires_at', nullable: true },
  },
});

export const tables = [users, sessions, refreshTokens, oneTimeTokens, securityEvents, signingKeys];
