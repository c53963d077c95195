import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { IDENTITY_HEADER, verifyIdentity, type Identity } from '@cartograph/service-kit';

export const SECRET = 'orders-test-secret-orders-test-secret';

export interface StockedProduct {
  name: string;
  /** In major units, EUR. */
  price: string;
  currency?: string;
  isArchived?: boolean;
  available: number;
}

interface Reservation {
  items: { productId: string; quantity: number }[];
  expiresAt: string | null;
}

export type Operation = 'read' | 'reserve' | 'release' | 'cart';

/**
 * Stands in for products and cart: speaks their contract over HTTP, keeps stock the way products does, and can be told to
 * hang or to fail at any operation. What it was asked is on record.
 */
export interface StandIns {
  readonly url: string;
  readonly products: Map<string, StockedProduct>;
  readonly reservations: Map<string, Reservation>;
  /** Customer → lines. */
  readonly carts: Map<string, { productId: string; quantity: number }[]>;
  readonly calls: { operation: Operation; input: unknown; identity: Identity }[];
  /** Runs before an operation takes effect; may wait for something, or throw to answer with an error. */
  before: (operation: Operation, input: Record<string, unknown>) => Promise<void> | void;
  /** Runs after it took effect, before it is answered. */
  after: (operation: Operation, input: Record<string, unknown>) => Promise<void> | void;
  /** Pieces held for orders. */
  held(productId: string): number;
  close(): Promise<void>;
}

interface Body {
  query: string;
  variables: Record<string, unknown>;
}

async function readBody(request: IncomingMessage): Promise<Body> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as Body;
}

export async function startStandIns(): Promise<StandIns> {
  const products = new Map<string, StockedProduct>();
  const reservations = new Map<string, Reservation>();
  const carts: StandIns['carts'] = new Map();

  function give(orderId: string): void {
    for (const { productId, quantity } of reservations.get(orderId)?.items ?? [])
      products.get(productId)!.available += quantity;
    reservations.delete(orderId);
  }

  function reserve(input: Reservation & { orderId: string }) {
    const { orderId, items, expiresAt } = input;
    const known = reservations.get(orderId);
    if (known) {
      known.expiresAt = expiresAt;
      return { reserved: true, shortages: [] };
    }
    const shortages = items.flatMap(({ productId, quantity }) => {
      const available = products.get(productId)?.available ?? 0;
      return available < quantity ? [{ productId, requested: quantity, available }] : [];
    });
    if (shortages.length > 0) return { reserved: false, shortages };
    for (const { productId, quantity } of items) products.get(productId)!.available -= quantity;
    reservations.set(orderId, { items, expiresAt });
    return { reserved: true, shortages: [] };
  }

  const entity = (id: string) => {
    const product = products.get(id);
    if (!product) return null;
    const { name, price, currency = 'EUR', isArchived = false } = product;
    return { id, sku: `SKU-${id}`, name, price: { amount: price, currency }, isArchived };
  };

  function readCart(id: string | null, identity: Identity) {
    const owner = id?.replace(/^cart-/, '') ?? (identity.kind === 'user' ? identity.userId : '');
    const lines = carts.get(owner);
    if (!lines) return { cart: null };
    const items = lines.map(({ productId, quantity }) => ({ product: { id: productId }, quantity }));
    return { cart: { id: `cart-${owner}`, items } };
  }

  function operationOf(query: string): Operation {
    if (query.includes('reserveStock')) return 'reserve';
    if (query.includes('releaseStock')) return 'release';
    return query.includes('_entities') ? 'read' : 'cart';
  }

  async function answer({ query, variables }: Body, signature: string): Promise<unknown> {
    const operation = operationOf(query);
    const input = (variables['input'] ?? variables) as Record<string, unknown>;
    const audience = operation === 'cart' ? 'cart' : 'products';
    const identity = await verifyIdentity(signature, { audience, secret: SECRET });
    standIns.calls.push({ operation, input, identity });
    await standIns.before(operation, input);
    const data = () => {
      switch (operation) {
        case 'read':
          return { _entities: (input['representations'] as { id: string }[]).map(({ id }) => entity(id)) };
        case 'reserve':
          return { reserveStock: reserve(input as never) };
        case 'release':
          give(input['orderId'] as string);
          return { releaseStock: { ok: true } };
        case 'cart':
          return readCart(input['id'] as string | null, identity);
      }
    };
    const result = data();
    await standIns.after(operation, input);
    return { data: result };
  }

  const server: Server = createServer((request, response) => {
    readBody(request)
      .then((body) => answer(body, String(request.headers[IDENTITY_HEADER])))
      .catch((error: Error) => ({ errors: [{ message: error.message }] }))
      .then((result) => response.setHeader('content-type', 'application/json').end(JSON.stringify(result)))
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const standIns: StandIns = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    products,
    reservations,
    carts,
    calls: [],
    before: () => undefined,
    after: () => undefined,
    held: (productId) =>
      [...reservations.values()]
        .flatMap(({ items }) => items)
        .filter((item) => item.productId === productId)
        .reduce((sum, { quantity }) => sum + quantity, 0),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return standIns;
}
