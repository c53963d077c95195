import { Refusal } from '@cartograph/kit/refusal';
import type { ErrorCode } from '../generated/graphql.js';

type Field = readonly string[];

/** Every refusal of this service, so that equal cases have equal messages. */
export const refusals = {
  emailTaken: (field: Field) =>
    refuse(
      'EMAIL_TAKEN',
      'Another account has this e-mail address. Sign in, or enter another address.',
      field,
    ),
  /** The same message for an unknown address and a wrong password. */
  invalidCredentials: () => refuse('INVALID_CREDENTIALS', 'Incorrect e-mail address or password.'),
  wrongPassword: (field: Field) =>
    refuse('INVALID_CREDENTIALS', 'Your current password is incorrect.', field),
  deactivated: () =>
    refuse('ACCOUNT_DEACTIVATED', 'This account has been deactivated. Contact the shop to reactivate it.'),
  invalidRefreshToken: () => refuse('INVALID_REFRESH_TOKEN', 'Your session has ended. Please sign in again.'),
  invalidToken: () =>
    refuse('INVALID_TOKEN', 'This link has expired or has already been used. Request a new one.', ['token']),
  tooManyFailures: (waitMs: number) =>
    refuse('RATE_LIMITED', `Too many failed attempts. Try again in ${describeWait(waitMs)}.`),
  mailSentRecently: (waitMs: number) =>
    refuse('RATE_LIMITED', `We have just sent you an e-mail. Try again in ${describeWait(waitMs)}.`),
  userNotFound: () => refuse('NOT_FOUND', 'User not found.', ['userId']),
  sessionNotFound: () => refuse('NOT_FOUND', 'Session not found.', ['sessionId']),
  lastAdmin: () =>
    refuse(
      'LAST_ADMIN',
      'The shop needs at least one active administrator. Make another user an administrator first.',
      ['userId'],
    ),
} as const;

function refuse(code: ErrorCode, message: string, field: Field | null = null): Refusal<ErrorCode> {
  return new Refusal(code, message, field);
}

function describeWait(waitMs: number): string {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  if (seconds < 100) return seconds === 1 ? '1 second' : `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}
