/**
 * Every service of the shop: the one place that development addresses come from. `npm start`, the tests and
 * the crash proofs all start what this table says.
 */
export interface ServiceDeclaration {
  readonly name: string;
  /** Below the repository's root. */
  readonly folder: string;
  /** Added to the first port: 4000 makes users 4001. */
  readonly portOffset: number;
  /** Which variable gets the address of which store. */
  readonly stores: Readonly<Record<string, StoreNeed>>;
  /** Whether it answers `/graphql` as a part of the supergraph. */
  readonly isSubgraph: boolean;
  /** Flags of Node's that it is started with here as in production. */
  readonly nodeFlags?: readonly string[];
}

export type StoreNeed =
  | { readonly engine: 'postgres'; readonly database: string }
  | { readonly engine: 'mongodb'; readonly database: string }
  | { readonly engine: 'redis' };

export type StoreEngine = StoreNeed['engine'];

const redis = { engine: 'redis' } as const;
const postgres = (database: string) => ({ engine: 'postgres', database }) as const;
const subgraph = (
  name: string,
  portOffset: number,
  stores: ServiceDeclaration['stores'],
): ServiceDeclaration => ({
  name,
  folder: `subgraphs/${name}`,
  portOffset,
  stores,
  isSubgraph: true,
});

export const declaredServices: readonly ServiceDeclaration[] = [
  {
    name: 'gateway',
    folder: 'gateway',
    portOffset: 0,
    stores: { REDIS_URL: redis },
    isSubgraph: false,
    nodeFlags: ['--max-semi-space-size=64'],
  },
  subgraph('users', 1, { USERS_DATABASE_URL: postgres('users'), REDIS_URL: redis }),
  subgraph('products', 2, { MONGODB_URL: { engine: 'mongodb', database: 'products' }, REDIS_URL: redis }),
  subgraph('cart', 3, { REDIS_URL: redis }),
  subgraph('orders', 4, { ORDERS_DATABASE_URL: postgres('orders'), REDIS_URL: redis }),
  subgraph('payments', 5, { PAYMENTS_DATABASE_URL: postgres('payments'), REDIS_URL: redis }),
  subgraph('notifications', 6, { NOTIFICATIONS_DATABASE_URL: postgres('notifications'), REDIS_URL: redis }),
  subgraph('pricing', 8, { PRICING_DATABASE_URL: postgres('pricing'), REDIS_URL: redis }),
  subgraph('shipping', 7, { SHIPPING_DATABASE_URL: postgres('shipping') }),
];

/** `users` → `USERS_URL`: the variable that tells services where another one is. */
export const addressVariable = (name: string) => `${name.toUpperCase()}_URL`;
