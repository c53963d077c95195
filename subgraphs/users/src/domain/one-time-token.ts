/** A token sent by e-mail. It works once. */
export interface OneTimeToken {
  readonly hash: Buffer;
  readonly userId: string;
  readonly purpose: OneTimePurpose;
  /** The address to confirm; null for a password reset. */
  readonly newEmail: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export type OneTimePurpose = 'PASSWORD_RESET' | 'EMAIL_CHANGE';

export const ONE_TIME_TOKEN_LIFETIME_MS: Readonly<Record<OneTimePurpose, number>> = {
  PASSWORD_RESET: 30 * 60_000,
  EMAIL_CHANGE: 24 * 3_600_000,
};

/** The least time between two mails of the same kind, so that the shop cannot be used to flood a mailbox. */
const MAIL_INTERVAL_MS = 60_000;

/** @returns how long to wait before the next mail of a kind, in milliseconds; 0 if it can be sent now */
export function waitForNextMail(lastSentAt: Date | null, now: Date): number {
  return lastSentAt ? Math.max(0, lastSentAt.getTime() + MAIL_INTERVAL_MS - now.getTime()) : 0;
}

export function createOneTimeToken(
  token: Pick<OneTimeToken, 'hash' | 'userId' | 'purpose'> & { readonly newEmail?: string },
  now: Date,
  lifetimeMs = ONE_TIME_TOKEN_LIFETIME_MS[token.purpose],
): OneTimeToken {
  return {
    newEmail: null,
    ...token,
    createdAt: now,
    expiresAt: new Date(now.getTime() + lifetimeMs),
  };
}
