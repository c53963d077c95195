import { isIPv4, isIPv6 } from 'node:net';

const IPV4_PORT = /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/;
const BRACKETED = /^\[([^\]]+)\](?::\d{1,5})?$/;
const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/**
 * One address as proxies write it in `X-Forwarded-For`: with or without a port, IPv6 with or without brackets and
 * zone, in any spelling.
 * @returns the canonical form without port, brackets and zone, an IPv4 address in IPv6 form as IPv4
 *   (https://www.rfc-editor.org/rfc/rfc5952); undefined for anything that is not an address
 */
export function parseAddress(text: string): string | undefined {
  const trimmed = text.trim();
  const bare = (IPV4_PORT.exec(trimmed) ?? BRACKETED.exec(trimmed))?.[1] ?? trimmed;
  if (isIPv4(bare)) return bare;
  const unzoned = bare.split('%', 1)[0]!;
  if (!isIPv6(unzoned)) return undefined;
  const canonical = new URL(`http://[${unzoned}]`).hostname.slice(1, -1);
  const mapped = MAPPED.exec(canonical);
  if (!mapped) return canonical;
  const [high, low] = [parseInt(mapped[1]!, 16), parseInt(mapped[2]!, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** The client in an `X-Forwarded-For` list, which stands first; null where there is no list, or no address there. */
export function firstAddress(forwardedFor: string | undefined): string | null {
  return (forwardedFor && parseAddress(forwardedFor.split(',', 1)[0]!)) || null;
}

/**
 * What limits count an address under: itself for IPv4. One household or machine has a whole /64 of IPv6 to pick from,
 * so there it is the network, such as `2001:db8:0:1::/64`.
 * @param address in any form that {@link parseAddress} reads; other text is counted as it is
 */
export function networkOf(address: string): string {
  const canonical = parseAddress(address);
  if (canonical === undefined) return address.toLowerCase();
  if (!canonical.includes(':')) return canonical;
  const [head = '', tail] = canonical.split('::');
  const left = head ? head.split(':') : [];
  const right = tail ? tail.split(':') : [];
  const zeros = Array<string>(8 - left.length - right.length).fill('0');
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`;
}
