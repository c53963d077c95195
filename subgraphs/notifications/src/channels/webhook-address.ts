import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

const MAX_URL = 2_000;

/** A sentence that says why a URL cannot be used for a webhook; undefined if it can. */
export function refuseWebhookUrl(
  text: string,
  { allowPrivate }: { allowPrivate: boolean },
): string | undefined {
  if (text.length > MAX_URL)
    return `A webhook URL may have at most ${MAX_URL} characters, got ${text.length}.`;
  if (!URL.canParse(text)) return 'This is not a URL. Expected an address such as https://example.com/hooks.';
  const url = new URL(text);
  const protocols = allowPrivate ? ['https:', 'http:'] : ['https:'];
  if (!protocols.includes(url.protocol))
    return `A webhook URL must start with https://, got ${url.protocol}//.`;
  if (url.username || url.password)
    return 'A webhook URL must not contain a user name or password. Receivers verify the signature instead.';
  const host = url.hostname.replace(/^\[|\]$|\.$/g, '');
  const isLocalName = /(^|\.)(localhost|local|internal|localdomain)$/i.test(host) || !/[.:]/.test(host);
  if (!allowPrivate && (isLocalName || (ipaddr.isValid(host) && !isPublicAddress(host)))) {
    return 'A webhook URL must point to a public address; this one is private.';
  }
  return undefined;
}

/** Whether an IP address is public: not in a loopback, private or special range. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  // `process` unwraps IPv4 inside IPv6, such as ::ffff:127.0.0.1.
  const parsed = ipaddr.process(address);
  // No other part of IPv6 is allocated yet: https://www.iana.org/assignments/ipv6-address-space
  const isAllocated = parsed instanceof ipaddr.IPv4 || parsed.match(ipaddr.IPv6.parse('2000::'), 3);
  return isAllocated && parsed.range() === 'unicast';
}

/**
 * A DNS lookup that refuses private addresses. It checks the address that is then connected to, because a name may resolve
 * to another address a moment later (DNS rebinding).
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0);
    const refused = addresses.find(({ address }) => !isPublicAddress(address));
    const [first] = addresses;
    if (refused || !first)
      return callback(
        new Error(`${hostname} resolves to the private address ${refused?.address ?? '(none)'}`),
        '',
        0,
      );
    if (options.all)
      return (callback as unknown as (error: null, all: typeof addresses) => void)(null, addresses);
    callback(null, first.address, first.family);
  });
};
