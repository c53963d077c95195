import { ExactNumber, parseExactly } from './exact-number.js';

/** A JSON object as JSON.parse gives it. */
export type JsonObject = Record<string, unknown>;

// Everything JSON.stringify would escape: controls, quote, backslash, and surrogates (a lone one must be escaped).
// eslint-disable-next-line no-control-regex
const NEEDS_ESCAPE = /[\u0000-\u001f"\\\ud800-\udfff]/;

/** Looking for what must be escaped is faster than JSON.stringify, but for strings this long it may be for nothing. */
const LONG = 2_048;

/** The JSON text of a string; plain strings, which are nearly all, skip JSON.stringify. */
export function quote(text: string): string {
  return text.length < LONG && !NEEDS_ESCAPE.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** No sensible value is nested deeper. Deeper ones take JSON.parse seconds, and JSON.stringify runs out of stack. */
const MAX_NESTING = 1_000;

/**
 * Parses what a client sent; numbers keep their text (see exact-number.ts).
 * @throws SyntaxError when it is no JSON, or nested beyond reason
 */
export function parseClientJson(written: string): unknown {
  const text = withoutByteOrderMark(written);
  // Shorter texts cannot be nested deeper than the limit.
  if (text.length > MAX_NESTING && isNestedDeeper(text, MAX_NESTING))
    throw new SyntaxError(`nested deeper than ${MAX_NESTING} levels`);
  return parseExactly(text);
}

/** RFC 8259 lets a reader ignore the mark, which some programs put before everything they write in UTF-8. */
export function withoutByteOrderMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

function isNestedDeeper(text: string, limit: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: // A string: whatever it holds up to its end.
        for (at++; at < text.length && text.charCodeAt(at) !== 0x22; at++)
          if (text.charCodeAt(at) === 0x5c) at++;
        break;
      case 0x5b:
      case 0x7b:
        if (++depth > limit) return true;
        break;
      case 0x5d:
      case 0x7d:
        depth--;
    }
  }
  return false;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Names that every object inherits: a field called so must be looked up as an own property. */
const INHERITED = new Set(Object.getOwnPropertyNames(Object.prototype));

/** Whether reading `object[key]` could find something that is not the object's own. */
export function isInheritedName(key: string): boolean {
  return INHERITED.has(key);
}

/** Reads an own property, also one named like an inherited one (`constructor`, `__proto__`). */
export function getOwn(object: JsonObject, key: string): unknown {
  const value = object[key];
  // All that is inherited is functions, which no JSON has, and __proto__.
  if (typeof value !== 'function' && key !== '__proto__') return value;
  return Object.hasOwn(object, key) ? value : undefined;
}

/** Sets an own property, also __proto__, which by assignment would change the object's prototype. */
export function setOwn(object: JsonObject, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  else object[key] = value;
}

/** A deep copy of JSON data. */
export function cloneJson<T>(value: T): T {
  if (Array.isArray(value)) return value.map(cloneJson) as T;
  if (!isObject(value) || value instanceof ExactNumber) return value;
  const copy: JsonObject = {};
  for (const key of Object.keys(value)) setOwn(copy, key, cloneJson(value[key]));
  return copy as T;
}

const NONE: ReadonlySet<string> = new Set();

/**
 * Merges `source` into `target`, the way subgraph answers join: objects by field, lists of one length by
 * element, anything else replaces. What `target` lacks is taken over by reference. Which answer comes first makes no
 * difference to what is null: one subgraph's null, with its error, never removes what another gave.
 * @param interfaces names by which an interface object goes; they do not replace an object's own
 */
export function mergeInto(target: JsonObject, source: JsonObject, interfaces = NONE): void {
  for (const key of Object.keys(source)) {
    const incoming = source[key];
    if (incoming === undefined) continue;
    const existing = getOwn(target, key);
    if (existing === undefined) setOwn(target, key, incoming);
    else if (existing !== incoming && incoming !== null) {
      if (key === '__typename' && interfaces.has(incoming as string)) continue;
      const merged = mergeValues(existing, incoming, interfaces);
      if (merged !== existing) setOwn(target, key, merged);
    }
  }
}

/** Merges into `existing` where it can; returns what stands there now. */
function mergeValues(existing: unknown, incoming: unknown, interfaces: ReadonlySet<string>): unknown {
  if (
    typeof existing !== 'object' ||
    existing === null ||
    typeof incoming !== 'object' ||
    incoming === null ||
    incoming instanceof ExactNumber
  )
    return incoming ?? existing;
  if (!Array.isArray(existing)) {
    if (Array.isArray(incoming)) return incoming;
    mergeInto(existing as JsonObject, incoming as JsonObject, interfaces);
    return existing;
  }
  if (!Array.isArray(incoming)) return incoming;
  if (incoming.length !== existing.length) return incoming.length > existing.length ? incoming : existing;
  for (let index = 0; index < incoming.length; index++)
    existing[index] = mergeValues(existing[index], incoming[index], interfaces);
  return existing;
}
