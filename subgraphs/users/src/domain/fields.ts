import { Refusal, type UserErrorOutput } from '@cartograph/kit/errors';
import { idempotencyKeyFault } from '@cartograph/kit/idempotency-key';
import { readText } from '@cartograph/kit/text';
import type { ErrorCode } from '../generated/graphql.js';
import { readEmail, type EmailAddress } from './email.js';
import { hashToken } from './secret-token.js';

const NAME_RULE = { max: 100, isRequired: true };
const PASSWORD_LENGTH = { min: 8, max: 200 };

/**
 * The form in which a password is hashed. The same keys produce different code points on different systems
 * (NIST SP 800-63B §5.1.1.2).
 */
export function normalisePassword(value: string): string {
  return value.normalize('NFKC');
}

/** Reads the fields of one input; `done` refuses every faulty field at once. */
export interface FieldReader {
  email(value: string, field: string): EmailAddress;
  /** Normalised. */
  password(value: string, field: string): string;
  /** Trimmed and composed (NFC). */
  name(value: string, field: string): string;
  /** The hash of the key; null if there is none. */
  idempotencyKey(value: string | null | undefined, field: string): Buffer | null;
  /** @throws Refusal with one INVALID_INPUT for each faulty field */
  done(): void;
}

export function readFields(): FieldReader {
  const errors: UserErrorOutput<ErrorCode>[] = [];
  const refuse = (message: string, field: string) =>
    errors.push({ code: 'INVALID_INPUT', message, field: [field] });
  return {
    email(value, field) {
      const email = readEmail(value);
      if (typeof email !== 'string') return email;
      refuse(email, field);
      return { address: '', key: '', earlierForm: '' };
    },
    password(value, field) {
      const password = normalisePassword(value);
      const length = [...password].length;
      if (length < PASSWORD_LENGTH.min || length > PASSWORD_LENGTH.max)
        refuse(
          `The password must have ${PASSWORD_LENGTH.min} to ${PASSWORD_LENGTH.max} characters, got ${length}.`,
          field,
        );
      return password;
    },
    name(value, field) {
      const name = readText(value, NAME_RULE);
      if ('fault' in name) refuse(`The name ${name.fault}.`, field);
      return ('value' in name && name.value) || '';
    },
    idempotencyKey(value, field) {
      if (value == null) return null;
      const message = idempotencyKeyFault(value);
      if (message) refuse(message, field);
      return hashToken(value);
    },
    done() {
      if (errors.length > 0) throw new Refusal(errors);
    },
  };
}
