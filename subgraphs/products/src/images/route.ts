import { createHash } from 'node:crypto';
import { isId } from '@cartograph/kit/is-id';
import type { FastifyInstance } from 'fastify';
import type { CategorySource } from '../use-cases/categories/category-source.js';
import { productName, skuKey, type Product } from '../domain/products/product.js';
import type { CatalogueStore } from '../store/store.js';
import { drawProduct } from './draw-product.js';

const FILE = /^([A-Za-z0-9][A-Za-z0-9._-]{0,63})\.svg$/;
/** Seconds. The picture depends on the product's text, which may change. */
const MAX_AGE_S = 3_600;

interface Deps {
  readonly catalogue: Pick<CatalogueStore, 'findByIds' | 'findBySkus'>;
  readonly categories: CategorySource;
}

/**
 * Serves `GET /images/<sku or id>.svg`: a drawing of the product, made on request. It is public, as the catalogue is, and
 * shows only the name, category and colour.
 */
export function serveImages(http: FastifyInstance, { catalogue, categories }: Deps): void {
  const find = async (name: string) =>
    (await catalogue.findBySkus([skuKey(name)]))[0] ??
    (isId(name) ? (await catalogue.findByIds([name]))[0] : undefined);

  http.get<{ Params: { file: string } }>('/images/:file', async (request, reply) => {
    const name = FILE.exec(request.params.file)?.[1];
    const product = name === undefined ? undefined : await find(name);
    if (!product) return reply.code(404).type('text/plain').send('Picture not found.\n');
    const tree = await categories.tree();
    const svg = drawProduct(subjectOf(product, tree.get(product.category)?.path ?? []));
    const etag = `"${createHash('sha1').update(svg).digest('base64url')}"`;
    void reply
      .header('etag', etag)
      .header('cache-control', `public, max-age=${MAX_AGE_S}`)
      // An SVG opened in a tab of its own is a document. It must not load or run anything.
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      .header('x-content-type-options', 'nosniff');
    if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(etag)) return reply.code(304).send();
    return reply.type('image/svg+xml').send(svg);
  });
}

function subjectOf(product: Product, categories: readonly string[]) {
  const colour = product.attributes.find(({ name }) => name === 'colour' || name === 'color')?.value ?? null;
  return { name: productName(product), title: product.title, categories, colour };
}
