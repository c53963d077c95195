import type { SecurityEventType } from '../../generated/schema.js';

export const SECURITY_TEXTS: Readonly<Record<SecurityEventType, string>> = {
  REGISTERED: 'Account created',
  SIGNED_IN: 'Signed in',
  SIGN_IN_FAILED: 'Wrong password',
  SIGNED_OUT: 'Signed out',
  SIGNED_OUT_EVERYWHERE: 'Signed out everywhere',
  SESSION_REVOKED: 'A device was signed out',
  REFRESH_TOKEN_REUSED: 'A session was ended: its token was used twice',
  PASSWORD_CHANGED: 'Password changed',
  PASSWORD_RESET_REQUESTED: 'A password reset was requested',
  PASSWORD_RESET: 'Password reset',
  EMAIL_CHANGE_REQUESTED: 'A change of e-mail address was requested',
  EMAIL_CHANGED: 'E-mail address changed',
  ROLE_CHANGED: 'Role changed by staff',
  DEACTIVATED: 'Deactivated by staff',
  REACTIVATED: 'Reactivated by staff',
};
