import type { AnyEvent } from '@cartograph/events';
import type { Revocation, TimeKey } from '@cartograph/kit';
import type { AttemptKey } from '../domain/attempt-keys.js';
import type { EmailAddress } from '../domain/email.js';
import type { OneTimePurpose, OneTimeToken } from '../domain/one-time-token.js';
import type { RefreshToken, Session } from '../domain/session.js';
import type { SigningKey } from '../domain/signing-key.js';
import type { SecurityEvent, User } from '../domain/user.js';

/** `lock` keeps other writers from the row until the transaction ends. Lock users before their sessions. */
export interface ReadOptions {
  readonly lock?: boolean;
}

export interface ListOptions {
  /** The store returns one row more than this if there are more. */
  readonly first: number;
  readonly after: TimeKey | undefined;
}

export interface Listed<Row> {
  readonly rows: Row[];
  readonly totalCount: number;
}

export interface UserQueries {
  findUser(id: string, options?: ReadOptions): Promise<User | null>;
  /** The account with exactly this address, or else the one with its key. */
  findUserByEmail(
    email: Pick<EmailAddress, 'key' | 'earlierForm'>,
    options?: ReadOptions,
  ): Promise<User | null>;
  findUsers(ids: readonly string[]): Promise<User[]>;
  /** Newest first. @param words folded; name or e-mail address must contain each of them */
  listUsers(words: readonly string[], options: ListOptions): Promise<Listed<User>>;
  /** False if another user has the e-mail address. */
  insertUser(user: User): Promise<boolean>;
  /** Updates all fields of an existing user. @throws EmailTakenError */
  saveUser(user: User): Promise<void>;
  /** Counts the other active administrators. Until the transaction ends, no other one can change who is an administrator. */
  countOtherAdmins(userId: string | null): Promise<number>;
  /** Accounts without an e-mail key, oldest first: another account has their address in another spelling. */
  findDuplicates(): Promise<User[]>;
}

export interface SessionQueries {
  findSession(id: string, options?: ReadOptions): Promise<Session | null>;
  /** Those that are neither revoked nor expired, most recently used first. */
  findLiveSessions(userIds: readonly string[], now: Date): Promise<Session[]>;
  insertSession(session: Session): Promise<void>;
  touchSession(
    id: string,
    changes: Pick<Session, 'address' | 'userAgent' | 'lastUsedAt' | 'expiresAt'>,
  ): Promise<void>;
  /** Ends one session, or those of a user. @returns how many of them were live */
  revokeSessions(which: { id: string } | { userId: string; except?: string }, now: Date): Promise<number>;

  findRefreshToken(hash: Buffer): Promise<RefreshToken | null>;
  insertRefreshToken(token: RefreshToken): Promise<void>;
  markRefreshTokenUsed(hash: Buffer, now: Date): Promise<void>;
  /** Deletes all refresh tokens of a session. */
  deleteRefreshTokens(sessionId: string): Promise<void>;
}

export interface OneTimeTokenQueries {
  /** Null if it is unknown or has expired. */
  findOneTimeToken(hash: Buffer, purpose: OneTimePurpose, now: Date): Promise<OneTimeToken | null>;
  /** When the user's newest token of this purpose was created. */
  lastOneTimeTokenAt(userId: string, purpose: OneTimePurpose): Promise<Date | null>;
  insertOneTimeToken(token: OneTimeToken): Promise<void>;
  /** False if it was taken before. */
  takeOneTimeToken(hash: Buffer): Promise<boolean>;
  deleteOneTimeTokens(userId: string): Promise<void>;
}

export interface SecurityEventQueries {
  insertSecurityEvent(event: SecurityEvent): Promise<void>;
  listSecurityEvents(userId: string, options: ListOptions): Promise<Listed<SecurityEvent>>;
}

export interface SigningKeyQueries {
  findSigningKeys(): Promise<SigningKey[]>;
  /** Until the transaction ends, no other process changes keys. */
  lockSigningKeys(): Promise<void>;
  insertSigningKey(key: SigningKey): Promise<void>;
  setRetirement(ids: readonly string[], retiresAt: Date): Promise<void>;
  /** Deletes the keys that retired before `before`. */
  deleteSigningKeys(before: Date): Promise<void>;
}

export interface OneTimeTaskQueries {
  /** Marks a task that runs once in the life of a shop; false if it was marked before. */
  markDone(task: string, at: Date): Promise<boolean>;
}

export interface RevocationQueries {
  /** Stores that access tokens are revoked; the relay announces it. */
  insertRevocation(entry: Revocation): Promise<void>;
}

/** What can run inside a transaction as well as alone. */
export interface UsersQueries
  extends
    UserQueries,
    SessionQueries,
    OneTimeTokenQueries,
    SecurityEventQueries,
    SigningKeyQueries,
    OneTimeTaskQueries,
    RevocationQueries {
  /** Stores events for the outbox relay. Lock their user first, so that they keep their order. */
  saveEvents(events: readonly AnyEvent[]): Promise<void>;
}

export interface StoredRevocation {
  /** Increases with each revocation; a 64-bit number as text. */
  readonly position: string;
  readonly entry: Revocation;
}

/** What the relay of revocations needs. */
export interface RevocationLog {
  /** Revocations of tokens that have not expired, in order: those after a position, or only those not sent yet. */
  findRevocations(which: {
    readonly after?: string;
    readonly unsent?: boolean;
    readonly first: number;
    readonly now: Date;
  }): Promise<StoredRevocation[]>;
  markRevocationsSent(positions: readonly string[], at: Date): Promise<void>;
  /** Deletes revocations whose tokens have expired. */
  deleteRevocations(now: Date): Promise<void>;
}

export interface UsersStore extends UsersQueries, RevocationLog {
  /** Commits all changes of `work`, or none if it throws. */
  transaction<Result>(work: (tx: UsersQueries) => Promise<Result>): Promise<Result>;
  /** Deletes sessions and tokens that ended before `sessionsBefore`, and audit entries older than `auditBefore`. */
  deleteEnded(sessionsBefore: Date, auditBefore: Date): Promise<void>;
  /** Gives an e-mail key to accounts that have none, unless another account has it. */
  fillEmailKeys(): Promise<void>;
}

/** The Redis stream of revocations, which gateways and subgraphs follow. */
export interface RevocationStream {
  readonly isConnected: boolean;
  append(entries: readonly Revocation[]): Promise<void>;
  /** Drops a connection that may be dead: a frozen or vanished server does not close it. */
  reconnect(): void;
  close(): void;
}

export type AttemptOutcome = 'succeeded' | 'failed' | 'abandoned';

/** Counts attempts atomically by the rules of domain/login-throttle. */
export interface AttemptCounter {
  /** 0 if the attempt may run (`end` must follow); otherwise the milliseconds to wait. */
  begin(key: AttemptKey): Promise<number>;
  end(key: AttemptKey, outcome: AttemptOutcome): Promise<void>;
}
