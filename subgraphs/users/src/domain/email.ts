import { domainToASCII } from 'node:url';

/** An address as a person gave it, and what it is compared by. */
export interface EmailAddress {
  /** The form that is stored and mailed to. */
  readonly address: string;
  /** Equal for addresses that people take for the same; at most one account has it. */
  readonly key: string;
  /** The address as versions before {@link emailKey} stored it: their accounts are found by it first. */
  readonly earlierForm: string;
}

/** RFC 5321 §4.5.3.1 and §4.1.2, in octets; 254 is what fits between the brackets of a path. */
const MAX_LOCAL_OCTETS = 64;
const MAX_OCTETS = 254;
const MAX_LABEL_OCTETS = 63;
const MAX_GIVEN = 1_000;

/**
 * What cannot be seen: controls, format characters (zero width, bidirectional, soft hyphen), what Unicode lets programs
 * ignore (fillers, selectors, joiners), the blank braille pattern, and code points that mean nothing.
 */
export const INVISIBLE = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/u;
const INVISIBLES = new RegExp(INVISIBLE.source, 'gu');
/** A dot-atom (RFC 5322 §3.2.3) with the letters of RFC 6531; quoted local parts are not supported. */
const LOCAL = /^[^\s"(),:;<>@[\]\\.]+(?:\.[^\s"(),:;<>@[\]\\.]+)*$/u;
/** Checked before `domainToASCII`, which would decode `%41` and read `1.2` as an IPv4 address. */
const DOMAIN = /^[\p{L}\p{N}\p{M}-]+(?:\.[\p{L}\p{N}\p{M}-]+)+$/u;
const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

const EXAMPLE = 'Enter a valid e-mail address, such as ada@example.com.';

/**
 * Lower case as people mean it: the dotted capital İ of Turkish is an i, not an i with a second dot. The dotless ı is a
 * letter of its own and stays. Ideographic full stops, as typed with a Japanese keyboard, are dots.
 */
function fold(value: string): string {
  return value
    .normalize('NFKC')
    .trim()
    .replace(/\u3002/g, '.')
    .replace(/\u0130/g, 'i')
    .toLowerCase()
    .replace(/i\u0307/g, 'i')
    .normalize('NFKC');
}

function split(address: string): [local: string, domain: string] {
  const at = address.lastIndexOf('@');
  return at < 0 ? [address, ''] : [address.slice(0, at), address.slice(at + 1)];
}

/**
 * What an address is compared by, also one that could not be registered today: no invisible characters, folded case
 * (final sigma included), the domain as DNS has it (UTS #46), so that an IDN equals its punycode.
 */
export function emailKey(value: string): string {
  const [local, domain] = split(fold(value.replace(INVISIBLES, '')));
  const ascii = DOMAIN.test(domain) ? domainToASCII(domain) : '';
  return `${local.replace(/ς/g, 'σ')}@${ascii || domain}`;
}

/** @returns the address, or why it cannot be used, in words for people */
export function readEmail(value: string): EmailAddress | string {
  // The byte order mark counts as white space, which trimming would hide.
  const given = value.includes('\uFEFF') ? value : value.trim();
  if (given === '') return 'Enter an e-mail address.';
  if (INVISIBLE.test(given))
    return 'The e-mail address contains an invisible character. Type the address instead of pasting it.';
  const address = fold(given);
  const [local, domain] = split(address);
  if (given.length > MAX_GIVEN) return `An e-mail address has at most ${MAX_OCTETS} characters.`;
  if (!LOCAL.test(local) || INVISIBLE.test(address) || !DOMAIN.test(domain)) return EXAMPLE;
  const ascii = domainToASCII(domain);
  const labels = ascii.split('.');
  if (ascii === '' || !labels.every((label) => LABEL.test(label)) || !/[a-z]/.test(labels.at(-1)!))
    return EXAMPLE;
  if (Buffer.byteLength(local) > MAX_LOCAL_OCTETS)
    return `The part before the @ has at most ${MAX_LOCAL_OCTETS} characters.`;
  if (labels.some((label) => label.length > MAX_LABEL_OCTETS))
    return `Each part of the domain, between dots, has at most ${MAX_LABEL_OCTETS} characters.`;
  if (Buffer.byteLength(`${local}@${ascii}`) > MAX_OCTETS || address.length > MAX_OCTETS)
    return `An e-mail address has at most ${MAX_OCTETS} characters.`;
  const earlierForm = value.normalize('NFKC').trim().toLowerCase().normalize('NFKC');
  return { address, key: emailKey(address), earlierForm };
}
