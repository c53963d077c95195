/** A token sent by mail; taken once, then gone. */
export interface OneTimeToken {
  readonly hash: Buffer;
  readonly userId: string;
  readonly purpose: OneTimePurpose;
  /** The address to be confirmed; null for a password reset. */
  readonly newEmail: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export type OneTimePurpose = 'PASSWORD_RESET' | 'EMAIL_CHANGE';

export const ONE_TIME_TOKEN_LIFETIME_MS: Readonly<Record<OneTimePurpose, number>> = {
  PASSWORD_RESET: 30 * 60_000,
  EMAIL_CHANGE: 24 * 3_600_000,
};

/** No second mail of a kind so soon after the first: nobody's mailbox is flooded through us. */
export const MAIL_INTERVAL_MS = 60_000;
