/** The HTTP header (and, on WebSockets, the key in a subscribe message's `extensions.headers`) with the signed identity. */
export const IDENTITY_HEADER = 'x-cartograph-identity';
