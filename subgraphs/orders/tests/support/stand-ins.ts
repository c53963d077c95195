import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { IDENTITY_HEADER, verifyIdentity, type Identity } from '@cartograph/kit';

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

type Lines = { productId: string; quantity: number }[];

export interface StandInPayment {
  readonly id: string;
  readonly status: 'PENDING' | 'SUCCEEDED' | 'FAILED' | 'REFUNDED';
  readonly amount: { readonly amount: string; readonly currency: string };
}

export type Operation =
  | 'payment'
  | 'read'
  | 'reserve'
  | 'release'
  | 'commit'
  | 'cart'
  | 'releaseCart'
  | 'takeOrdered'
  | 'checkCoupon'
  | 'redeem'
  | 'giveBack';

/**
 * Stands in for products, cart, pricing and payments. It implements their contract over HTTP, keeps stock as products does, can hang or
 * fail at any operation, and records all calls.
 */
export interface StandIns {
  readonly url: string;
  readonly products: Map<string, StockedProduct>;
  readonly reservations: Map<string, Reservation>;
  /** Customer → lines. New lines make a new version of the cart. */
  readonly carts: Map<string, Lines>;
  /** Customer → the claim on the cart. */
  readonly claims: Map<string, { holder: string; orderId: string; lines: Lines; at: number }>;
  /** Customer → the coupon in their cart. */
  readonly coupons: Map<string, string>;
  /** Order → whether it uses its coupon, or gave it back. Each coupon takes 1.00 EUR off and has this many uses left. */
  readonly redemptions: Map<string, 'redeemed' | 'given-back'>;
  couponUses: number;
  /** Order → its payment. */
  readonly payments: Map<string, StandInPayment>;
  readonly calls: { operation: Operation; input: unknown; identity: Identity }[];
  /** Runs before an operation takes effect. It may wait, or throw to make the operation fail. */
  before: (operation: Operation, input: Record<string, unknown>) => Promise<void> | void;
  /** Runs after an operation took effect, before the response. */
  after: (operation: Operation, input: Record<string, unknown>) => Promise<void> | void;
  /** Units reserved for orders. */
  held(productId: string): number;
  close(): Promise<void>;
}

const SERVICES: Partial<Record<Operation, string>> = {
  cart: 'cart',
  releaseCart: 'cart',
  takeOrdered: 'cart',
  payment: 'payments',
  checkCoupon: 'pricing',
  redeem: 'pricing',
  giveBack: 'pricing',
};

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
  const claims: StandIns['claims'] = new Map();
  const orderedAs = new Map<Lines, { holder: string; orderId: string }>();
  const versions = new Map<Lines, string>();
  const payments: StandIns['payments'] = new Map();
  const coupons: StandIns['coupons'] = new Map();
  const redemptions: StandIns['redemptions'] = new Map();

  const usedUp = { code: 'COUPON_USED_UP', message: 'The coupon is used up.' };

  function redeem(orderId: string) {
    const known = redemptions.get(orderId);
    if (!known && standIns.couponUses === 0) return { isRedeemed: false, problem: usedUp };
    if (!known) {
      standIns.couponUses -= 1;
      redemptions.set(orderId, 'redeemed');
    }
    return { isRedeemed: known !== 'given-back', problem: null };
  }

  function giveBack(orderId: string) {
    if (redemptions.get(orderId) === 'redeemed') standIns.couponUses += 1;
    redemptions.set(orderId, 'given-back');
    return { ok: true };
  }

  const checkCoupon = (code: string) =>
    standIns.couponUses === 0
      ? { discount: null, problem: usedUp }
      : { discount: { code, label: 'One off', amount: { amount: '1.00', currency: 'EUR' } }, problem: null };

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

  const ownerOf = ({ cartId, customerId }: { cartId?: string | null; customerId: string }) =>
    cartId?.replace(/^cart-/, '') ?? customerId;

  /** Like cart, except that a claim covers all lines, and that a changed cart is a new list of lines. */
  function claimCart(
    input: { cartId?: string | null; customerId: string } & { holder: string; orderId: string },
  ) {
    const owner = ownerOf(input);
    const lines = carts.get(owner);
    const claim = claims.get(owner);
    const nothing = {
      cartId: `cart-${owner}`,
      orderId: null,
      ageMs: null,
      version: null,
      lines: [],
      couponCodes: [],
    };
    if (claim && claim.holder !== input.holder)
      return {
        ...nothing,
        outcome: 'CLAIMED_BEFORE',
        orderId: claim.orderId,
        ageMs: Date.now() - claim.at,
      };
    if (!lines) return { ...nothing, outcome: input.cartId == null ? 'EMPTY' : 'NOT_FOUND' };
    const ordered = orderedAs.get(lines);
    if (ordered) return { ...nothing, outcome: 'ORDERED', orderId: ordered.orderId };
    if (lines.length === 0) return { ...nothing, outcome: 'EMPTY' };
    const { holder, orderId } = claim ?? input;
    claims.set(owner, { holder, orderId, lines, at: Date.now() });
    const version = versions.get(lines) ?? String(Date.now() * 1_000 + versions.size);
    versions.set(lines, version);
    return {
      ...nothing,
      outcome: 'CLAIMED',
      orderId,
      version,
      lines,
      couponCodes: coupons.has(owner) ? [coupons.get(owner)!] : [],
    };
  }

  function releaseCart(input: { cartId?: string | null; customerId: string; orderId: string }) {
    const owner = ownerOf(input);
    if (claims.get(owner)?.orderId === input.orderId) claims.delete(owner);
    return { ok: true };
  }

  function takeOrdered({ cartId, orderId }: { cartId: string; orderId: string }) {
    const owner = ownerOf({ cartId, customerId: '' });
    const claim = claims.get(owner);
    if (claim?.orderId !== orderId) return { ok: true };
    claims.delete(owner);
    if (carts.get(owner) !== claim.lines) return { ok: true };
    const rest: Lines = [];
    orderedAs.set(rest, claim);
    carts.set(owner, rest);
    return { ok: true };
  }

  function operationOf(query: string): Operation {
    if (query.includes('reserveStock')) return 'reserve';
    if (query.includes('releaseStock')) return 'release';
    if (query.includes('commitStock')) return 'commit';
    if (query.includes('claimCart')) return 'cart';
    if (query.includes('releaseCart')) return 'releaseCart';
    if (query.includes('checkCoupon')) return 'checkCoupon';
    if (query.includes('redeemCoupon')) return 'redeem';
    if (query.includes('giveBackCoupon')) return 'giveBack';
    if (query.includes('takeOrderedFromCart')) return 'takeOrdered';
    return query.includes('on Order') ? 'payment' : 'read';
  }

  async function answer({ query, variables }: Body, signature: string): Promise<unknown> {
    const operation = operationOf(query);
    const input = (variables['input'] ?? variables) as Record<string, unknown>;
    const audience = SERVICES[operation] ?? 'products';
    const identity = await verifyIdentity(signature, { audience, secret: SECRET });
    standIns.calls.push({ operation, input, identity });
    await standIns.before(operation, input);
    const data = () => {
      switch (operation) {
        case 'read':
          return { _entities: (input['representations'] as { id: string }[]).map(({ id }) => entity(id)) };
        case 'payment':
          return {
            _entities: (input['representations'] as { id: string }[]).map(({ id }) => ({
              payment: payments.get(id) ?? null,
            })),
          };
        case 'reserve':
          return { reserveStock: reserve(input as never) };
        case 'release':
          give(input['orderId'] as string);
          return { releaseStock: { ok: true } };
        case 'commit':
          // Sold units are not counted here, so a shipped order keeps its reservation.
          return { commitStock: { ok: true } };
        case 'cart':
          return { claimCart: claimCart(input as never) };
        case 'releaseCart':
          return { releaseCart: releaseCart(input as never) };
        case 'takeOrdered':
          return { takeOrderedFromCart: takeOrdered(input as never) };
        case 'checkCoupon':
          return { checkCoupon: checkCoupon(input['code'] as string) };
        case 'redeem':
          return { redeemCoupon: redeem(input['orderId'] as string) };
        case 'giveBack':
          return { giveBackCoupon: giveBack(input['orderId'] as string) };
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
    claims,
    payments,
    coupons,
    redemptions,
    couponUses: 0,
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
