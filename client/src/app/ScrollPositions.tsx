import { useEffect } from 'react';
import { ScrollRestoration, useLocation } from 'react-router';
import { personalValue } from '../session/storage.js';

type Positions = Readonly<Record<string, number>>;

/** Where each page of this tab's history was scrolled to, in pixels, by the entry's key. React Router writes it. */
const NAME = 'scroll';
const positions = personalValue<Positions>('tab', NAME);
/** Positions of pages that were left before they were tall enough to scroll there. */
const unreached = personalValue<Positions>('tab', 'scroll-unreached');

const fromBefore: Positions = { ...positions.get(), ...unreached.get() };
/** Entries shown since this document was loaded: their data is in the cache, so React Router's own scrolling is enough. */
const shown = new Set<string>();
let current: string | undefined;

/** Keeps each page's scroll position across reloads, and when the user goes back or forward. */
export function ScrollPositions() {
  const { key } = useLocation();
  useEffect(() => {
    if (current !== undefined && current !== key) shown.add(current);
    current = key;
    const position = shown.has(key) ? 0 : (fromBefore[key] ?? 0);
    return position > 0 ? hold(key, position) : undefined;
  }, [key]);
  return <ScrollRestoration storageKey={`cartograph.${NAME}`} />;
}

/** How long a page's content may take to arrive. */
const HOLD_MS = 10_000;
/** Events with which the user scrolls; from then on the position is theirs. */
const HANDS = ['wheel', 'touchstart', 'pointerdown', 'keydown'];

/**
 * React Router scrolls at once. After a page load the list has not arrived yet, so the page is too short, and it may become
 * short again while the list replaces placeholders. So the position is restored repeatedly until the user does something.
 * @returns stops restoring
 */
function hold(key: string, position: number): () => void {
  const observer = new ResizeObserver(() => {
    if (document.documentElement.scrollHeight - window.innerHeight >= position) window.scrollTo(0, position);
  });
  const keep = (): void => unreached.set({ ...unreached.get(), [key]: position });
  const stop = (): void => {
    clearTimeout(timer);
    observer.disconnect();
    for (const name of HANDS) window.removeEventListener(name, stop);
    window.removeEventListener('pagehide', keep);
    const { [key]: _held, ...others } = unreached.get() ?? {};
    unreached.set(others);
  };
  const timer = setTimeout(stop, HOLD_MS);
  for (const name of HANDS) window.addEventListener(name, stop, { passive: true });
  window.addEventListener('pagehide', keep);
  observer.observe(document.body);
  return stop;
}
