/**
 * The only file of the storefront that reads or writes the browser's storage (ESLint refuses it elsewhere). Everything stored here
 * belongs to the current user and is removed when they sign out, so a new value cannot be forgotten. A setting of the browser
 * itself, such as a colour theme, needs a key under `cartograph.browser.`, which stays.
 */
const PREFIX = 'cartograph.';
const BROWSER_PREFIX = 'cartograph.browser.';
/** The id of the user that a storage belongs to; missing for a guest. */
const OWNER = 'cartograph.owner';

/** `browser`: shared by all tabs, and kept when they are closed. `tab`: only this tab's, kept across reloads. */
export type Area = 'browser' | 'tab';

export interface PersonalValue<T> {
  /** The stored value, from whichever tab; the same object until it changes. Null if there is none. */
  get(): T | null;
  set(value: T | null): void;
  /** @returns stops listening */
  subscribe(listener: () => void): () => void;
}

interface Codec<T> {
  readonly read: (text: string) => T;
  readonly write: (value: T) => string;
}

/** For values that are text. */
export const TEXT: Codec<string> = { read: (text) => text, write: (text) => text };

let isClosed = false;
const listeners = new Map<string, Set<() => void>>();
const announce = (key: string | null): void => {
  // Null: another tab cleared the whole storage.
  const changed = key === null ? [...listeners.values()] : [listeners.get(key) ?? []];
  for (const each of changed) for (const listener of each) listener();
};

// Storage events also work on plain HTTP, where BroadcastChannel and locks may not.
window.addEventListener('storage', ({ key }) => announce(key));

/** Undefined if the browser blocks storage: values then last as long as the page. */
function areaOf(area: Area): Storage | undefined {
  try {
    return area === 'browser' ? window.localStorage : window.sessionStorage;
  } catch {
    return undefined;
  }
}

const inMemory = new Map<string, string>();

function readText(area: Area, key: string): string | null {
  return inMemory.get(key) ?? areaOf(area)?.getItem(key) ?? null;
}

function writeText(area: Area, key: string, text: string | null): void {
  inMemory.delete(key);
  if (text === null) return areaOf(area)?.removeItem(key);
  try {
    const storage = areaOf(area);
    if (!storage) throw new Error('The browser blocks storage.');
    storage.setItem(key, text);
  } catch {
    inMemory.set(key, text);
  }
}

/** Declares a value that is stored for the current user. @param name without the prefix */
export function personalValue<T>(
  area: Area,
  name: string,
  codec: Codec<T> = { read: (text) => JSON.parse(text) as T, write: (value) => JSON.stringify(value) },
): PersonalValue<T> {
  const key = PREFIX + name;
  let seen: { readonly text: string | null; readonly value: T | null } = { text: null, value: null };
  return {
    get() {
      const text = readText(area, key);
      if (text !== seen.text) seen = { text, value: text === null ? null : readValue(codec, text) };
      return seen.value;
    },
    set(value) {
      if (isClosed) return;
      writeText(area, key, value === null ? null : codec.write(value));
      announce(key);
    },
    subscribe(listener) {
      const own = listeners.get(key) ?? new Set();
      listeners.set(key, own.add(listener));
      return () => own.delete(listener);
    },
  };
}

function readValue<T>(codec: Codec<T>, text: string): T | null {
  try {
    return codec.read(text);
  } catch {
    return null;
  }
}

/** Removes everything personal from one storage, except the keys named. */
function clear(area: Area, except: readonly string[]): void {
  const storage = areaOf(area);
  inMemory.clear();
  if (!storage) return;
  for (const key of Object.keys(storage))
    if (key.startsWith(PREFIX) && !key.startsWith(BROWSER_PREFIX) && !except.includes(key))
      storage.removeItem(key);
}

/**
 * Assigns both storages to this user. Another user's values are removed first: a tab that was discarded or closed before its user
 * signed out, and is restored later, still has them.
 * @param userId null for a guest
 * @param keep the name of the value that identifies the user
 */
export function claimStorage(userId: string | null, keep: string): void {
  for (const area of ['browser', 'tab'] as const) {
    const owner = readText(area, OWNER);
    if (owner === userId) continue;
    if (owner !== null) clear(area, [PREFIX + keep]);
    writeText(area, OWNER, userId);
  }
}

/**
 * Removes everything that belongs to the user. The storage that all tabs share is kept if another user is signed in there by
 * now.
 */
export function clearStorage(userId: string): void {
  clear('tab', []);
  const owner = readText('browser', OWNER);
  if (owner === null || owner === userId) clear('browser', []);
}

/** From now on this page stores nothing, because a response may arrive after the user has left. */
export function closeStorage(): void {
  isClosed = true;
}
