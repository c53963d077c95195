import { idempotencyKeyFault } from '@cartograph/kit/idempotency-key';
import { collectRefusals } from '@cartograph/kit/refusal';
import { readEmail, type EmailAddress } from './email.js';
import { hashToken } from './secret-token.js';

const NAME_RULE = { max: 100, isRequired: true } as const;
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
  const refusals = collectRefusals();
  return {
    email(value, field) {
      const email = readEmail(value);
      if (typeof email !== 'string') return email;
      refusals.add([field], email);
      return { address: '', key: '', earlierForm: '' };
    },
    password(value, field) {
      const password = normalisePassword(value);
      const length = [...password].length;
      if (length < PASSWORD_LENGTH.min || length > PASSWORD_LENGTH.max)
        refusals.add(
          [field],
          `The password must have ${PASSWORD_LENGTH.min} to ${PASSWORD_LENGTH.max} characters, got ${length}.`,
        );
      return password;
    },
    name: (value, field) => refusals.text([field], 'The name', value, NAME_RULE),
    idempotencyKey(value, field) {
      if (value == null) return null;
      const message = idempotencyKeyFault(value);
      if (message) refusals.add([field], message);
      return hashToken(value);
    },
    done: () => refusals.throwIfAny(),
  };
}
