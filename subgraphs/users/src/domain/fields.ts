import { idempotencyKeyFault, Refusal, type UserErrorOutput } from '@cartograph/kit';
import type { ErrorCode } from '../generated/graphql.js';
import { hashToken } from './secret-token.js';
import { readEmail, type EmailAddress } from './email.js';

/** Control characters, and those that turn the direction of the text after them (Unicode UAX #9). */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
/** What leaves no trace on paper: a name of nothing else would be empty. */
const BLANK = /^[\p{Z}\p{C}\p{M}\p{Default_Ignorable_Code_Point}\u2800]*$/u;

/** The form in which a password is hashed: the same keys give other code points on other systems (NIST SP 800-63B §5.1.1.2). */
export function normalisePassword(value: string): string {
  return value.normalize('NFKC');
}

/** What is looked up by an admin's search, and what they search for: no case, no accents. */
export function foldForSearch(value: string): string {
  return value
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cc}]/gu, '')
    .toLowerCase();
}

/** Why a value of this kind cannot be used, in words for people; undefined if it can. */
const faults = {
  password(value: string): string | undefined {
    const length = [...value].length;
    if (length < 8) return 'A password has at least 8 characters.';
    if (length > 200) return 'A password has at most 200 characters.';
    return undefined;
  },
  name(value: string): string | undefined {
    if (BLANK.test(value)) return 'A name is needed.';
    if (UNPRINTABLE.test(value)) return 'A name cannot have control characters or line breaks.';
    if ([...value].length > 100) return 'A name has at most 100 characters.';
    return undefined;
  },
};

/** Reads the fields of one input; `done` refuses all faulty ones at once. */
export interface FieldReader {
  email(value: string, field: string): EmailAddress;
  /** Normalised. */
  password(value: string, field: string): string;
  /** Trimmed and composed (NFC). */
  name(value: string, field: string): string;
  /** Its hash; null where none is given. */
  idempotencyKey(value: string | null | undefined, field: string): Buffer | null;
  /** @throws Refusal with one INVALID_INPUT for each faulty field */
  done(): void;
}

export function readFields(): FieldReader {
  const errors: UserErrorOutput<ErrorCode>[] = [];
  const read = (kind: keyof typeof faults, value: string, field: string) => {
    const message = faults[kind](value);
    if (message) errors.push({ code: 'INVALID_INPUT', message, field: [field] });
    return value;
  };
  return {
    email(value, field) {
      const email = readEmail(value);
      if (typeof email !== 'string') return email;
      errors.push({ code: 'INVALID_INPUT', message: email, field: [field] });
      return { address: '', key: '', earlierForm: '' };
    },
    password: (value, field) => read('password', normalisePassword(value), field),
    name: (value, field) => read('name', value.trim().normalize('NFC'), field),
    idempotencyKey(value, field) {
      if (value == null) return null;
      const message = idempotencyKeyFault(value);
      if (message) errors.push({ code: 'INVALID_INPUT', message, field: [field] });
      return hashToken(value);
    },
    done() {
      if (errors.length > 0) throw new Refusal(errors);
    },
  };
}
