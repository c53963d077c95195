import type { SubgraphDefinition } from './subgraph.js';

export interface User {
  id: string;
  name: string;
}

/** Lets a test send events into a subscription field and see who listens. */
export class Channel<T> {
  readonly #waiting = new Set<(value: IteratorResult<T>) => void>();
  readonly #listeners = new Set<T[]>();
  readonly #ends = new Set<() => void>();

  get listeners(): number {
    return this.#listeners.size;
  }

  send(value: T): void {
    for (const queue of this.#listeners) queue.push(value);
    for (const wake of [...this.#waiting]) wake({ value: undefined as T, done: false });
  }

  /** Ends what everyone listens to. */
  end(): void {
    for (const end of [...this.#ends]) end();
  }

  /** An iterator for graphql-js; ends with `return`, also while it waits. */
  listen(first: readonly T[] = []): AsyncIterableIterator<T> {
    const queue = [...first];
    this.#listeners.add(queue);
    let isOver = false;
    let wake: (() => void) | undefined;
    const next = async (): Promise<IteratorResult<T>> => {
      while (queue.length === 0 && !isOver) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          this.#waiting.add(resolve as never);
        });
        if (wake) this.#waiting.delete(wake as never);
      }
      return isOver ? { value: undefined, done: true } : { value: queue.shift()!, done: false };
    };
    const end = async (): Promise<IteratorResult<T>> => {
      isOver = true;
      this.#ends.delete(endNow);
      this.#listeners.delete(queue);
      wake?.();
      return { value: undefined, done: true };
    };
    const endNow = (): void => void end();
    this.#ends.add(endNow);
    return {
      next,
      return: end,
      throw: end,
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}

export interface OrderEvent {
  cursor: string;
  status: string;
  orderId: string;
}

const users: User[] = [
  { id: '1', name: 'Ada' },
  { id: '2', name: 'Carl' },
];
const products = [
  { upc: 'p1', name: 'Table', price: 899, weight: 100 },
  { upc: 'p2', name: 'Couch', price: 1299, weight: 1000 },
  { upc: 'p3', name: 'Chair', price: 54, weight: 50 },
];
const reviews = [
  { id: 'r1', authorId: '1', upc: 'p1', body: 'Love it!' },
  { id: 'r2', authorId: '1', upc: 'p2', body: 'Too expensive.' },
  { id: 'r3', authorId: '2', upc: 'p3', body: 'Could be better.' },
  { id: 'r4', authorId: '2', upc: 'p1', body: 'Prefer something else.' },
];

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@inaccessible", "@interfaceObject"])';

/** Users, products, inventory, reviews and orders, with a subscription: the usual small world, in memory. */
export function shop(): { definitions: SubgraphDefinition[]; orderEvents: Channel<OrderEvent> } {
  const orderEvents = new Channel<OrderEvent>();
  const user = (id: string) => users.find((one) => one.id === id) ?? null;
  const product = (upc: string) => products.find((one) => one.upc === upc) ?? null;
  const definitions: SubgraphDefinition[] = [
    {
      name: 'users',
      typeDefs: `${LINK} type Query { me: User users: [User!]! } type User @key(fields: "id") { id: ID! name: String }
        type Mutation { renameUser(id: ID!, name: String!): User }`,
      resolvers: {
        Query: { me: () => users[0], users: () => users },
        Mutation: { renameUser: (_: unknown, { id, name }: User) => ({ ...user(id), name }) },
        User: { __resolveReference: ({ id }: User) => user(id) },
      },
    },
    {
      name: 'products',
      typeDefs: `${LINK} type Query { topProducts(first: Int = 2): [Product!]! product(upc: ID!): Product }
        type Product @key(fields: "upc") { upc: ID! name: String price: Int weight: Int }`,
      resolvers: {
        Query: {
          topProducts: (_: unknown, { first }: { first: number }) => products.slice(0, first),
          product: (_: unknown, { upc }: { upc: string }) => product(upc),
        },
        Product: { __resolveReference: ({ upc }: { upc: string }) => product(upc) },
      },
    },
    {
      name: 'inventory',
      typeDefs: `${LINK} type Product @key(fields: "upc") { upc: ID! price: Int @external weight: Int @external inStock: Boolean shippingEstimate: Int @requires(fields: "price weight") }`,
      resolvers: {
        Product: {
          __resolveReference: (reference: object) => reference,
          inStock: ({ upc }: { upc: string }) => upc !== 'p3',
          shippingEstimate: ({ price, weight }: { price: number; weight: number }) =>
            price > 1000 ? 0 : weight / 2,
        },
      },
    },
    {
      name: 'reviews',
      typeDefs: `${LINK} type Review @key(fields: "id") { id: ID! body: String author: User product: Product }
        type User @key(fields: "id") { id: ID! reviews: [Review!]! } type Product @key(fields: "upc") { upc: ID! reviews: [Review!]! }`,
      resolvers: {
        Review: {
          __resolveReference: ({ id }: { id: string }) => reviews.find((one) => one.id === id),
          author: ({ authorId }: { authorId: string }) => ({ id: authorId }),
          product: ({ upc }: { upc: string }) => ({ upc }),
        },
        User: {
          __resolveReference: (reference: object) => reference,
          reviews: ({ id }: User) => reviews.filter((one) => one.authorId === id),
        },
        Product: {
          __resolveReference: (reference: object) => reference,
          reviews: ({ upc }: { upc: string }) => reviews.filter((one) => one.upc === upc),
        },
      },
    },
    {
      name: 'orders',
      typeDefs: `${LINK} type Query { order(id: ID!): Order }
        type Order @key(fields: "id") { id: ID! status: String! customer: User items: [OrderItem!]! }
        type OrderItem { product: Product quantity: Int! }
        type User @key(fields: "id", resolvable: false) { id: ID! } type Product @key(fields: "upc", resolvable: false) { upc: ID! }
        type OrderEvent { cursor: String! status: String! order: Order! }
        type Subscription { orderStatusChanged(orderId: ID!, after: String): OrderEvent! tick: Int! }`,
      resolvers: {
        Query: { order: (_: unknown, { id }: { id: string }) => ({ id, status: 'PENDING' }) },
        Order: {
          customer: () => ({ id: '2' }),
          items: () => [
            { product: { upc: 'p1' }, quantity: 1 },
            { product: { upc: 'p3' }, quantity: 2 },
          ],
        },
        OrderEvent: { order: ({ orderId, status }: OrderEvent) => ({ id: orderId, status }) },
        Subscription: {
          orderStatusChanged: {
            subscribe: () => orderEvents.listen(),
            resolve: (event: OrderEvent) => event,
          },
          tick: { subscribe: () => orderEvents.listen(), resolve: () => 1 },
        },
      },
    },
  ];
  return { definitions, orderEvents };
}
