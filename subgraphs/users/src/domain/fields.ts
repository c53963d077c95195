import { Refusal, type UserErrorOutput } from '@cartograph/service-kit';
import type { ErrorCode } from '../generated/graphql.js';

/** A domain of two labels or more; letters of any script, as mail may have (RFC 6531). */
const EMAIL =
  /^[^\s@"(),:;<>[\]\\]+@(?:[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?\.)+[\p{L}\p{N}][\p{L}\p{N}\p{M}-]*$/u;
/** Control characters, and those that turn the direction of the text after them (Unicode UAX #9). */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
/** What leaves no trace on paper: a name of nothing else would be empty. */
const INVISIBLE = /^[\p{Z}\p{C}\p{M}]*$/u;

/** The one way in which an address is written, stored and looked up: what people type differs in case and width. */
export function normaliseEmail(value: string): string {
  return value.normalize('NFKC').trim().toLowerCase().normalize('NFKC');
}

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
  email(value: string): string | undefined {
    if (value === '') return 'An e-mail address is needed.';
    if (value.length > 254) return 'An e-mail address has at most 254 characters.';
    if (UNPRINTABLE.test(value) || !EMAIL.test(value))
      return 'This is no e-mail address; one looks like ada@example.com.';
    return undefined;
  },
  password(value: string): string | undefined {
    const length = [...value].length;
    if (length < 8) return 'A password has at least 8 characters.';
    if (length > 200) return 'A password has at most 200 characters.';
    return undefined;
  },
  name(value: string): string | undefined {
    if (INVISIBLE.test(value)) return 'A name is needed.';
    if (UNPRINTABLE.test(value)) return 'A name cannot have control characters or line breaks.';
    if ([...value].length > 100) return 'A name has at most 100 characters.';
    return undefined;
  },
};

/** Reads the fields of one input; `done` refuses all faulty ones at once. */
export interface FieldReader {
  /** Normalised. */
  email(value: string, field: string): string;
  /** Normalised. */
  password(value: string, field: string): string;
  /** Trimmed and composed (NFC). */
  name(value: string, field: string): string;
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
    email: (value, field) => read('email', normaliseEmail(value), field),
    password: (value, field) => read('password', normalisePassword(value), field),
    name: (value, field) => read('name', value.trim().normalize('NFC'), field),
    done() {
      if (errors.length > 0) throw new Refusal(errors);
    },
  };
}
