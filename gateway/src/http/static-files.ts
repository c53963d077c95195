import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { chooseEncoding } from './accept-encoding.js';

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

/** Where the build puts files with a hash of their content in their names: such a file never changes. */
const HASHED = /^\/assets\//;

/** What the build writes beside a file it has packed. */
const PACKED = { br: '.br', gzip: '.gz' } as const;

const findFile = (file: string) =>
  stat(file).then(
    (found) => (found.isFile() ? found : undefined),
    () => undefined,
  );

/** Whether the client has a folder of that name, the first part of an address. */
export async function isFolder(folder: string, name: string): Promise<boolean> {
  if (name.includes('\0') || name === '..' || name === '.') return false;
  return stat(join(folder, name)).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/**
 * Sends a file below `folder`, as the build packed it where the browser can read that. Never leaves the folder.
 * @returns whether there was such a file
 */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  folder: string,
  path: string,
): Promise<boolean> {
  let relative: string;
  try {
    relative = normalize(decodeURIComponent(path));
  } catch {
    return false;
  }
  const file = join(folder, relative);
  if (relative.includes('\0') || !file.startsWith(folder + sep)) return false;
  const plain = await findFile(file);
  if (!plain) return false;
  const encoding = chooseEncoding(request);
  const packedFile = encoding && file + PACKED[encoding];
  const packed = packedFile && (await findFile(packedFile));
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-length': (packed || plain).size,
    ...(packed && { 'content-encoding': encoding }),
    vary: 'accept-encoding',
    'cache-control': HASHED.test(relative) ? 'public, max-age=31536000, immutable' : 'no-cache',
    'last-modified': plain.mtime.toUTCString(),
    'x-content-type-options': 'nosniff',
  });
  const stream = createReadStream(packed ? packedFile : file);
  stream.on('error', () => response.destroy());
  stream.pipe(response);
  return true;
}

/** The client's one page, for every address that is no file: its router knows what to show. */
export async function sendIndex(
  response: ServerResponse,
  folder: string,
  policy: string,
  status: 200 | 404,
): Promise<void> {
  const html = await readFile(join(folder, 'index.html'));
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': html.length,
      'cache-control': status === 200 ? 'no-cache' : 'no-store',
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'strict-origin-when-cross-origin',
    })
    .end(html);
}
