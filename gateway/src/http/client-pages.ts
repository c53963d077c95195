import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** What the storefront's build writes beside its index.html: its addresses, as its router has them (`/orders/:orderId`). */
const pageList = z.object({ pages: z.array(z.string()), productPage: z.string().optional() });

/** What an address inside the client leads to. */
export type Place =
  { readonly kind: 'page' | 'nowhere' } | { readonly kind: 'product'; readonly sku: string };

/** @returns tells what an address leads to; everything is a page for a client without `pages.json` */
export async function readClientPages(folder: string): Promise<(path: string) => Place> {
  const text = await readFile(join(folder, 'pages.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return (path) => ({ kind: decode(path) === undefined ? 'nowhere' : 'page' });
  const { pages, productPage } = pageList.parse(JSON.parse(text));
  const fixed = pages.filter((page) => page !== productPage).map(toPattern);
  const product = productPage === undefined ? undefined : toPattern(productPage);
  return (path) => {
    if (decode(path) === undefined) return { kind: 'nowhere' };
    if (path === '/index.html' || fixed.some((pattern) => pattern.test(path))) return { kind: 'page' };
    const sku = product?.exec(path)?.[1];
    return sku === undefined ? { kind: 'nowhere' } : { kind: 'product', sku: decode(sku)! };
  };
}

/** As React Router matches: in any case, with or without a slash at the end; a parameter is one part of the path. */
function toPattern(page: string): RegExp {
  const parts = page
    .split('/')
    .filter(Boolean)
    .map((part) => (part.startsWith(':') ? '([^/]+)' : part.replace(/[^\w-]/g, '\\$&')));
  return new RegExp(`^/${parts.join('/')}/?$`, 'i');
}

function decode(text: string): string | undefined {
  try {
    const decoded = decodeURIComponent(text);
    return decoded.includes('\0') ? undefined : decoded;
  } catch {
    return undefined;
  }
}
