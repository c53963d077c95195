/**
 * In development the shop's picture addresses contain `localhost`, while the page may have been opened under another name
 * (127.0.0.1, or the machine's name from a phone). Pictures are then loaded from the page's own host.
 */
export function pictureUrl(address: string | null | undefined): string | null | undefined {
  const local = /^https?:\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?(\/images\/.*)$/.exec(address ?? '');
  return local?.[1] ?? address;
}
