import { domainToASCII } from 'node:url';

/** An e-mail address, and what it is compared by. */
export interface EmailAddress {
  /** The form that is stored and mailed to. */
  readonly address: string;
  /** Equal for spellings that people consider the same address; at most one account has it. */
  readonly key: string;
  /** The address as it was stored before {@link emailKey} existed. Accounts are looked up by it first. */
  readonly earlierForm: string;
}

/** RFC 5321 §4.5.3.1 and §4.1.2, in octets; a path without its brackets has 254. */
const MAX_LOCAL_OCTETS = 64;
const MAX_OCTETS = 254;
const MAX_LABEL_OCTETS = 63;
const MAX_GIVEN = 1_000;

/**
 * Invisible characters: controls, format characters (zero width, bidirectional, soft hyphen), default-ignorable ones (fillers,
 * selectors, joiners), the blank Braille pattern, and unassigned code points.
 */
const INVISIBLE = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/u;
const INVISIBLES = new RegExp(INVISIBLE.source, 'gu');
/** A dot-atom (RFC 5322 §3.2.3) with the letters of RFC 6531; quoted local parts are not supported. */
const LOCAL = /^[^\s"(),:;<>@[\]\\.]+(?:\.[^\s"(),:;<>@[\]\\.]+)*$/u;
/** Checked before `domainToASCII`, which would decode `%41` and read `1.2` as an IPv4 address. */
const DOMAIN = /^[\p{L}\p{N}\p{M}-]+(?:\.[\p{L}\p{N}\p{M}-]+)+$/u;
const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

const MALFORMED = 'Enter a valid e-mail address, e.g. ada@example.com.';

/**
 * Lower case as people expect it: the dotted capital İ of Turkish becomes i, not an i with a second dot. The dotless ı is a
 * different letter and stays. Ideographic full stops, as typed on a Japanese keyboard, become dots.
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
 * What an address is compared by: without invisible characters, with folded case (final sigma included), and with the domain
 * in its DNS form (UTS #46), so that an IDN equals its Punycode. Works for old addresses that {@link readEmail} refuses, too.
 */
export function emailKey(value: string): string {
  const [local, domain] = split(fold(value.replace(INVISIBLES, '')));
  const ascii = DOMAIN.test(domain) ? domainToASCII(domain) : '';
  return `${local.replace(/ς/g, 'σ')}@${ascii || domain}`;
}

/** @returns the address, or a message for people that says why it cannot be used */
export function readEmail(value: string): EmailAddress | string {
  // The byte order mark counts as white space, so trimming would hide it.
  const given = value.includes('\uFEFF') ? value : value.trim();
  if (given === '') return 'Enter an e-mail address.';
  if (INVISIBLE.test(given))
    return 'The e-mail address contains an invisible character. Type the address instead of pasting it.';
  const address = fold(given);
  const [local, domain] = split(address);
  if (given.length > MAX_GIVEN) return `An e-mail address can have at most ${MAX_OCTETS} characters.`;
  if (!LOCAL.test(local) || INVISIBLE.test(address) || !DOMAIN.test(domain)) return MALFORMED;
  const ascii = domainToASCII(domain);
  const labels = ascii.split('.');
  if (ascii === '' || !labels.every((label) => LABEL.test(label)) || !/[a-z]/.test(labels.at(-1)!))
    return MALFORMED;
  if (Buffer.byteLength(local) > MAX_LOCAL_OCTETS)
    return `The part before the @ can have at most ${MAX_LOCAL_OCTETS} characters.`;
  if (labels.some((label) => label.length > MAX_LABEL_OCTETS))
    return `Each part of the domain between dots can have at most ${MAX_LABEL_OCTETS} characters.`;
  if (Buffer.byteLength(`${local}@${ascii}`) > MAX_OCTETS || address.length > MAX_OCTETS)
    return `An e-mail address can have at most ${MAX_OCTETS} characters.`;
  const earlierForm = value.normalize('NFKC').trim().toLowerCase().normalize('NFKC');
  return { address, key: emailKey(address), earlierForm };
}
