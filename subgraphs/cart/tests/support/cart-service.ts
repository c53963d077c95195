import {
  createApp,
  createLogger,
  createRegistry,
  IDENTITY_HEADER,
  signIdentity,
  type Identity,
} from '@cartograph/kit';
import { startTestRedis } from '@cartograph/testing';
import { cart } from '../../src/app.js';
import { cartConfig } from '../../src/config.js';
import { startPricingStandIn, type PricingStandIn } from './pricing.js';
import { startProductsStandIn, type ProductsStandIn } from './products.js';

export const secret = 'a-secret-that-is-long-enough-for-this-test';

export interface Answer<Data = Record<string, unknown>> {
  readonly status: number;
  readonly data?: Data | null;
  readonly errors?: {
    readonly message: string;
    readonly path?: (string | number)[];
    readonly extensions: { readonly code: string };
  }[];
}

export interface CartTestService {
  readonly url: string;
  readonly redisUrl: string;
  readonly products: ProductsStandIn;
  readonly pricing: PricingStandIn;
  /** Sends one operation with an identity, that of a guest by default. */
  ask<Data = Record<string, unknown>>(
    query: string,
    variables?: object,
    identity?: Identity,
  ): Promise<Answer<Data>>;
  close(): Promise<void>;
}

export const guest: Identity = { kind: 'anonymous' };
export const user = (userId: string, role: 'CUSTOMER' | 'ADMIN' = 'CUSTOMER'): Identity => ({
  kind: 'user',
  userId,
  role,
  sessionId: 'session',
  expiresAt: Date.now() + 900_000,
});
export const service = (name: string): Identity => ({ kind: 'service', name });

/** Starts the whole service in this process, over real HTTP, with its own Redis unless `redisUrl` names one. */
export async function startCartService(
  options: { env?: Record<string, string>; redisUrl?: string } = {},
): Promise<CartTestService> {
  const redis = options.redisUrl === undefined ? await startTestRedis() : undefined;
  const redisUrl = options.redisUrl ?? redis!.url;
  const products = await startProductsStandIn(secret);
  const pricing = await startPricingStandIn();
  const config = cartConfig.read({
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    INTERNAL_AUTH_SECRET: secret,
    REDIS_URL: redisUrl,
    PRODUCTS_URL: products.url,
    PRICING_URL: pricing.url,
    ...options.env,
  });
  const app = await createApp(cart, config, {
    logger: createLogger('cart', config.LOG_LEVEL),
    registry: createRegistry('cart'),
  });
  const url = await app.http.listen({ host: '127.0.0.1', port: 0 });
  await app.start?.();

  return {
    url,
    redisUrl,
    products,
    pricing,
    async ask<Data>(query: string, variables: object = {}, identity: Identity = guest) {
      const issuer = identity.kind === 'service' ? `service:${identity.name}` : 'gateway';
      const signature = await signIdentity({ identity, audience: 'cart', issuer, secret });
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', [IDENTITY_HEADER]: signature },
        body: JSON.stringify({ query, variables }),
      });
      return { status: response.status, ...((await response.json()) as Omit<Answer<Data>, 'status'>) };
    },
    async close() {
      await app.close();
      await products.stop();
      await pricing.close();
      await redis?.close();
    },
  };
}
