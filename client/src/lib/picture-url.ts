/**
 * A development shop gives its own pictures' addresses with `localhost`, while the page may have been opened by another
 * name (127.0.0.1, or the machine's name from a phone): then they are asked for where the page came from.
 */
export function pictureUrl(address: string | null | undefined): string | null | undefined {
  const local = /^https?:\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?(\/images\/.*)$/.exec(address ?? '');
  return local?.[1] ?? address;
}
