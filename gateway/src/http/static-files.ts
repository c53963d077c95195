import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.ico': 'image/x-icon',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/** A bundler's content hash in a name, as `index-BX3v9Qe1.js`: such a file never changes. */
const HASHED = /[-.][A-Za-z0-9_-]{8,}\.\w+$/;

/**
 * Sends a file below `folder`. Never leaves the folder.
 * @returns whether there was such a file
 */
export async function sendFile(
  response: ServerResponse,
  folder: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  let relative: string;
  try {
    relative = normalize(decodeURIComponent(path));
  } catch {
    return false;
  }
  const file = join(folder, relative);
  if (relative.includes('\0') || !file.startsWith(folder + sep)) return false;
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) return false;
  const hashed = HASHED.test(file);
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-length': found.size,
    'cache-control': hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    'last-modified': found.mtime.toUTCString(),
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  const stream = createReadStream(file);
  stream.on('error', () => response.destroy());
  stream.pipe(response);
  return true;
}

/** The client's one page, for every address that is no file: its router knows what to show. */
export async function sendIndex(response: ServerResponse, folder: string, policy: string): Promise<void> {
  const html = await readFile(join(folder, 'index.html'));
  response
    .writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': html.length,
      'cache-control': 'no-cache',
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'strict-origin-when-cross-origin',
    })
    .end(html);
}
