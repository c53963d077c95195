import type { AnyEvent } from '@cartograph/events';
import type { Revocation, TimeKey } from '@cartograph/kit';
import type { EmailAddress } from '../domain/email.js';
import type { OneTimePurpose, OneTimeToken } from '../domain/one-time-token.js';
import type { RefreshToken, Session } from '../domain/session.js';
import type { SigningKey } from '../domain/signing-key.js';
import type { SecurityEvent, User } from '../domain/user.js';

/** `lock` keeps the row from others until the transaction ends. Order everywhere: user, then session. */
export interface ReadOptions {
  readonly lock?: boolean;
}

export interface ListOptions {
  /** One more than this is given, where there are more. */
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
  /** Newest first; @param words folded, all of which must occur in name or e-mail address */
  listUsers(words: readonly string[], options: ListOptions): Promise<Listed<User>>;
  /** False if another user has the e-mail address. */
  insertUser(user: User): Promise<boolean>;
  /** Writes all fields of a user that is there. @throws EmailTakenError */
  saveUser(user: User): Promise<void>;
  /** Counts the other active admins, while nobody else can change who is one. */
  countOtherAdmins(userId: string | null): Promise<number>;
  /** Accounts without a key, oldest first: those whose address another account has in another spelling. */
  findDuplicates(): Promise<User[]>;
}

export interface SessionQueries {
  findSession(id: string, options?: ReadOptions): Promise<Session | null>;
  /** Not revoked and not expired, most recently used first. */
  findLiveSessions(userIds: readonly string[], now: Date): Promise<Session[]>;
  insertSession(session: Session): Promise<void>;
  touchSession(
    id: string,
    changes: Pick<Session, 'address' | 'userAgent' | 'lastUsedAt' | 'expiresAt'>,
  ): Promise<void>;
  /** Ends one session, or those of a user; gives how many were live. */
  revokeSessions(which: { id: string } | { userId: string; except?: string }, now: Date): Promise<number>;

  findRefreshToken(hash: Buffer): Promise<RefreshToken | null>;
  insertRefreshToken(token: RefreshToken): Promise<void>;
  markRefreshTokenUsed(hash: Buffer, now: Date): Promise<void>;
  /** Forgets all tokens of a session. */
  deleteRefreshTokens(sessionId: string): Promise<void>;
}

export interface OneTimeTokenQueries {
  /** Null also when it has expired. */
  findOneTimeToken(hash: Buffer, purpose: OneTimePurpose, now: Date): Promise<OneTimeToken | null>;
  /** When the user's newest token of this purpose was made. */
  lastOneTimeTokenAt(userId: string, purpose: OneTimePurpose): Promise<Date | null>;
  insertOneTimeToken(token: OneTimeToken): Promise<void>;
  /** False if it was taken already. */
  takeOneTimeToken(hash: Buffer): Promise<boolean>;
  deleteOneTimeTokens(userId: string): Promise<void>;
}

export interface AuditQueries {
  insertSecurityEvent(event: SecurityEvent): Promise<void>;
  listSecurityEvents(userId: string, options: ListOptions): Promise<Listed<SecurityEvent>>;
}

export interface SigningKeyQueries {
  findSigningKeys(): Promise<SigningKey[]>;
  /** Until the transaction ends, no other process changes keys. */
  lockSigningKeys(): Promise<void>;
  insertSigningKey(key: SigningKey): Promise<void>;
  setRetirement(ids: readonly string[], retiresAt: Date): Promise<void>;
  /** Removes those that retired before `before`. */
  deleteSigningKeys(before: Date): Promise<void>;
}

/** What can be done inside a transaction as well as on its own. */
export interface UsersQueries
  extends
    UserQueries,
    SessionQueries,
    OneTimeTokenQueries,
    AuditQueries,
    SigningKeyQueries,
    StartQueries,
    RevocationQueries {
  /** Stores events for the relay; lock their user first, so that they keep their order. */
  saveEvents(events: readonly AnyEvent[]): Promise<void>;
}

export interface StoredRevocation {
  /** Grows with each; a number too large for JavaScript's. */
  readonly position: string;
  readonly entry: Revocation;
}

export interface RevocationQueries {
  /** Stores that access tokens count no longer, for the relay to pass on. */
  insertRevocation(entry: Revocation): Promise<void>;
}

export interface StartQueries {
  /** Notes that something is done once for a shop; false if it was done before. */
  markDone(what: string, at: Date): Promise<boolean>;
}

export interface UsersStore extends UsersQueries {
  /** All or nothing; what `work` throws undoes it. */
  transaction<Result>(work: (tx: UsersQueries) => Promise<Result>): Promise<Result>;
  /** Removes tokens and sessions that ended before `sessionsBefore`, and audit entries older than `auditBefore`. */
  deleteEnded(sessionsBefore: Date, auditBefore: Date): Promise<void>;
  /** Those that still matter, in order: after a position, or not sent yet. */
  findRevocations(which: {
    readonly after?: string;
    readonly unsent?: boolean;
    readonly first: number;
    readonly now: Date;
  }): Promise<StoredRevocation[]>;
  markRevocationsSent(positions: readonly string[], at: Date): Promise<void>;
  /** Removes those that matter no longer. */
  deleteRevocations(now: Date): Promise<void>;
  /** Gives a key to accounts that have none, where no other account has it. */
  fillEmailKeys(): Promise<void>;
  ping(): Promise<void>;
}
