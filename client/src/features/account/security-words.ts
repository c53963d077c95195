import type { SecurityEventType } from '../../generated/schema.js';

export const SECURITY_WORDS: Readonly<Record<SecurityEventType, string>> = {
  REGISTERED: 'Account opened',
  SIGNED_IN: 'Signed in',
  SIGN_IN_FAILED: 'Wrong password',
  SIGNED_OUT: 'Signed out',
  SIGNED_OUT_EVERYWHERE: 'Signed out everywhere',
  SESSION_REVOKED: 'A device was signed out',
  REFRESH_TOKEN_REUSED: 'A session was ended: its token was used twice',
  PASSWORD_CHANGED: 'Password changed',
  PASSWORD_RESET_REQUESTED: 'A link to reset the password was asked for',
  PASSWORD_RESET: 'Password reset',
  EMAIL_CHANGE_REQUESTED: 'Another e-mail address was asked for',
  EMAIL_CHANGED: 'E-mail address changed',
  ROLE_CHANGED: 'Role changed by staff',
  DEACTIVATED: 'Deactivated by staff',
  REACTIVATED: 'Made active again by staff',
};
