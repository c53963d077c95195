import { randomBytes } from 'node:crypto';
import { toSecretToken, type SecretToken } from '../../domain/secret-token.js';

/** Creates a random token, for a mail or the first refresh token of a session. */
export const createSecretToken = (): SecretToken => toSecretToken(randomBytes(32));
