import { Refusal } from '@cartograph/kit';
import type { ErrorCode } from '../generated/graphql.js';

type Field = readonly string[];

/** Every refusal of this service, so that equal cases read alike wherever they come up. */
export const refusals = {
  emailTaken: (field: Field) =>
    refuse('EMAIL_TAKEN', 'Another account has this e-mail address: sign in, or take another.', field),
  /** The same words for an unknown address and a wrong password. */
  invalidCredentials: () =>
    refuse('INVALID_CREDENTIALS', 'E-mail address and password do not belong together.'),
  wrongPassword: (field: Field) => refuse('INVALID_CREDENTIALS', 'This is not your present password.', field),
  deactivated: () =>
    refuse('ACCOUNT_DEACTIVATED', 'This account has been deactivated. Please write to the shop.'),
  invalidRefreshToken: () => refuse('INVALID_REFRESH_TOKEN', 'This session has ended: sign in again.'),
  invalidToken: () =>
    refuse('INVALID_TOKEN', 'This link is used up or no longer valid: ask for a new mail.', ['token']),
  tooManyFailures: (waitMs: number) =>
    refuse('RATE_LIMITED', `Too many failed attempts. Try again in ${describeWait(waitMs)}.`),
  mailSentJustNow: (waitMs: number) =>
    refuse('RATE_LIMITED', `A mail was sent just now. Try again in ${describeWait(waitMs)}.`),
  userNotFound: () => refuse('NOT_FOUND', 'There is no user of this id.', ['userId']),
  sessionNotFound: () => refuse('NOT_FOUND', 'There is no session of this id.', ['sessionId']),
  lastAdmin: () =>
    refuse('LAST_ADMIN', 'The shop needs at least one active administrator: make somebody else one first.', [
      'userId',
    ]),
} as const;

function refuse(code: ErrorCode, message: string, field: Field | null = null): Refusal<ErrorCode> {
  return new Refusal(code, message, field);
}

function describeWait(waitMs: number): string {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  if (seconds < 100) return seconds === 1 ? '1 second' : `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}
